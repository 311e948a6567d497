import type { Tensor } from "../tensor/index.ts";
import type { Pair } from "./convolution.ts";
import { type AvgPool2dOptions, avgPool2d } from "./functional.ts";
import { Module } from "./module.ts";
import { keywords } from "./repr.ts";

/** The average of each window: [N, C, H, W] → [N, C, H', W']; stride is the kernel size unless given. */
export class AvgPool2d extends Module {
  readonly kernelSize: number | Pair;
  readonly options: AvgPool2dOptions;

  constructor(kernelSize: number | Pair, options: AvgPool2dOptions = {}) {
    super();
    this.kernelSize = kernelSize;
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return avgPool2d(x, this.kernelSize, this.options);
  }

  override extraRepr(): string {
    const { stride, padding = 0, ceilMode, countIncludePad } = this.options;
    return keywords({
      kernel_size: this.kernelSize,
      stride: stride ?? this.kernelSize,
      padding,
      ceil_mode: ceilMode,
      count_include_pad: countIncludePad,
    });
  }
}
