import type { Tensor } from "../tensor/index.ts";
import { l1Loss, type Reduction } from "./functional.ts";
import { Module } from "./module.ts";

/** The mean absolute error of two tensors of one shape. */
export class L1Loss extends Module {
  readonly options: { readonly reduction?: Reduction };

  constructor(options: { readonly reduction?: Reduction } = {}) {
    super();
    this.options = options;
  }

  forward(x: Tensor, target: Tensor): Tensor {
    return l1Loss(x, target, this.options);
  }
}
