import { ArgumentError } from "../core/errors.ts";
import type { Tensor } from "../tensor/index.ts";
import { dropout } from "./functional.ts";
import { Module } from "./module.ts";

/**
 * In training: zeroes elements with probability p (0.5 unless given) and scales the rest by 1 / (1 - p). In evaluation: nothing.
 * @throws ArgumentError for p outside [0, 1].
 */
export class Dropout extends Module {
  readonly p: number;

  constructor(p = 0.5) {
    super();
    if (!(p >= 0 && p <= 1)) throw new ArgumentError(`Dropout: needs a probability p from 0 to 1, got ${p}`);
    this.p = p;
  }

  forward(x: Tensor): Tensor {
    return dropout(x, this.p, this.training);
  }

  override extraRepr(): string {
    return `p=${this.p}`;
  }
}
