import type { Tensor } from "../tensor/index.ts";
import { crossEntropy, type Reduction } from "./functional.ts";
import { Module } from "./module.ts";

/** Logits [N, C, …] against int32 classes [N, …] or float32 probabilities [N, C, …]; classes of `ignoreIndex` (-100) count for nothing. */
export class CrossEntropyLoss extends Module {
  readonly options: { readonly reduction?: Reduction; readonly ignoreIndex?: number; readonly labelSmoothing?: number };

  constructor(
    options: { readonly reduction?: Reduction; readonly ignoreIndex?: number; readonly labelSmoothing?: number } = {},
  ) {
    super();
    this.options = options;
  }

  forward(x: Tensor, target: Tensor): Tensor {
    return crossEntropy(x, target, this.options);
  }
}
