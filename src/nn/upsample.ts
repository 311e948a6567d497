import type { Tensor } from "../tensor/index.ts";
import { type InterpolateOptions, interpolate } from "./functional.ts";
import { Module } from "./module.ts";
import { keywords } from "./repr.ts";

/**
 * [N, C, H, W] → [N, C, H', W'], to `size` or by `scaleFactor`: "nearest" (default), "bilinear" or "bicubic".
 * @example
 * import { nn, zeros } from "convsmith";
 * const up = new nn.Upsample({ scaleFactor: 2, mode: "bicubic", alignCorners: true });
 * console.log(up.forward(zeros([1, 1, 3, 3])).shape); // [1, 1, 6, 6]
 */
export class Upsample extends Module {
  readonly options: InterpolateOptions;

  constructor(options: InterpolateOptions) {
    super();
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return interpolate(x, this.options);
  }

  override extraRepr(): string {
    const { size, scaleFactor, mode = "nearest", alignCorners } = this.options;
    return keywords({ size, scale_factor: scaleFactor, mode, align_corners: alignCorners });
  }
}
