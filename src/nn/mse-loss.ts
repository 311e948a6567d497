import type { Tensor } from "../tensor/index.ts";
import { mseLoss, type Reduction } from "./functional.ts";
import { Module } from "./module.ts";

/**
 * The mean squared error of two tensors of one shape; reduction "mean" (default), "sum" or "none".
 * @example
 * import { nn, tensor } from "convsmith";
 * console.log(await new nn.MSELoss().forward(tensor([1, 2]), tensor([1, 4])).item()); // 2
 */
export class MSELoss extends Module {
  readonly options: { readonly reduction?: Reduction };

  constructor(options: { readonly reduction?: Reduction } = {}) {
    super();
    this.options = options;
  }

  forward(x: Tensor, target: Tensor): Tensor {
    return mseLoss(x, target, this.options);
  }
}
