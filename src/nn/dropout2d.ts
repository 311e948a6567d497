import { ArgumentError } from "../core/errors.ts";
import type { Tensor } from "../tensor/index.ts";
import { dropout2d } from "./functional.ts";
import { Module } from "./module.ts";

/** Dropout of whole channels of [N, C, H, W]. @throws ArgumentError for p outside [0, 1]. */
export class Dropout2d extends Module {
  readonly p: number;

  constructor(p = 0.5) {
    super();
    if (!(p >= 0 && p <= 1)) throw new ArgumentError(`Dropout2d: needs a probability p from 0 to 1, got ${p}`);
    this.p = p;
  }

  forward(x: Tensor): Tensor {
    return dropout2d(x, this.p, this.training);
  }

  override extraRepr(): string {
    return `p=${this.p}`;
  }
}
