import type { Tensor } from "../tensor/index.ts";
import { binaryCrossEntropyWithLogits, type Reduction } from "./functional.ts";
import { Module } from "./module.ts";

/** Binary cross-entropy of logits against targets from 0 to 1, of one shape, without overflow. */
export class BCEWithLogitsLoss extends Module {
  readonly options: { readonly reduction?: Reduction };

  constructor(options: { readonly reduction?: Reduction } = {}) {
    super();
    this.options = options;
  }

  forward(x: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropyWithLogits(x, target, this.options);
  }
}
