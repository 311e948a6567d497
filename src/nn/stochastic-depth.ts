import { ArgumentError } from "../core/errors.ts";
import type { Tensor } from "../tensor/index.ts";
import { stochasticDepth } from "./functional.ts";
import { Module } from "./module.ts";

/**
 * In training: drops a residual branch [N, …] with probability p, for each sample ("row") or the whole batch. In
 * evaluation: nothing. @throws ArgumentError for p outside [0, 1].
 */
export class StochasticDepth extends Module {
  readonly p: number;
  readonly mode: "row" | "batch";

  constructor(p: number, mode: "row" | "batch" = "row") {
    super();
    if (!(p >= 0 && p <= 1)) throw new ArgumentError(`StochasticDepth: needs a probability p from 0 to 1, got ${p}`);
    this.p = p;
    this.mode = mode;
  }

  forward(x: Tensor): Tensor {
    return stochasticDepth(x, this.p, this.mode, this.training);
  }

  override extraRepr(): string {
    return `p=${this.p}, mode=${this.mode}`;
  }
}
