import type { Tensor } from "../tensor/index.ts";
import { type Reduction, smoothL1Loss } from "./functional.ts";
import { Module } from "./module.ts";

/** Quadratic where the error is below beta (1 unless given), linear above. */
export class SmoothL1Loss extends Module {
  readonly options: { readonly reduction?: Reduction; readonly beta?: number };

  constructor(options: { readonly reduction?: Reduction; readonly beta?: number } = {}) {
    super();
    this.options = options;
  }

  forward(x: Tensor, target: Tensor): Tensor {
    return smoothL1Loss(x, target, this.options);
  }
}
