import type { Tensor } from "../tensor/index.ts";
import { nllLoss, type Reduction } from "./functional.ts";
import { Module } from "./module.ts";

/** Log-probabilities [N, C, …] against int32 classes [N, …]. */
export class NLLLoss extends Module {
  readonly options: { readonly reduction?: Reduction; readonly ignoreIndex?: number };

  constructor(options: { readonly reduction?: Reduction; readonly ignoreIndex?: number } = {}) {
    super();
    this.options = options;
  }

  forward(x: Tensor, target: Tensor): Tensor {
    return nllLoss(x, target, this.options);
  }
}
