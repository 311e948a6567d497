import type { Tensor } from "../tensor/index.ts";
import type { Pair } from "./convolution.ts";
import { maxPool2d } from "./functional.ts";
import { Module } from "./module.ts";
import { keywords } from "./repr.ts";

export interface MaxPool2dOptions {
  readonly stride?: number | Pair;
  readonly padding?: number | Pair;
  readonly dilation?: number | Pair;
  readonly ceilMode?: boolean;
}

/** The largest element of each window: [N, C, H, W] → [N, C, H', W']; stride is the kernel size unless given. */
export class MaxPool2d extends Module {
  readonly kernelSize: number | Pair;
  readonly options: MaxPool2dOptions;

  constructor(kernelSize: number | Pair, options: MaxPool2dOptions = {}) {
    super();
    this.kernelSize = kernelSize;
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return maxPool2d(x, this.kernelSize, this.options);
  }

  override extraRepr(): string {
    const { stride, padding = 0, dilation = 1, ceilMode = false } = this.options;
    return keywords({
      kernel_size: this.kernelSize,
      stride: stride ?? this.kernelSize,
      padding,
      dilation,
      ceil_mode: ceilMode,
    });
  }
}
