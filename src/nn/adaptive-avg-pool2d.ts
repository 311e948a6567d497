import type { Tensor } from "../tensor/index.ts";
import { adaptiveAvgPool2d } from "./functional.ts";
import { Module } from "./module.ts";
import { keywords } from "./repr.ts";

/** Averages over equal parts: [N, C, H, W] → [N, C, height, width]; null keeps a size. */
export class AdaptiveAvgPool2d extends Module {
  readonly outputSize: number | readonly [number | null, number | null];

  constructor(outputSize: number | readonly [number | null, number | null]) {
    super();
    this.outputSize = outputSize;
  }

  forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.outputSize);
  }

  override extraRepr(): string {
    return keywords({ output_size: this.outputSize });
  }
}
