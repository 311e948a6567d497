import type { Tensor } from "../tensor/index.ts";
import { Convolution, type ConvolutionOptions, type Pair } from "./convolution.ts";
import { convTranspose2d } from "./functional.ts";

export interface ConvTranspose2dOptions extends ConvolutionOptions {
  readonly padding?: number | Pair;
  /** Rows and columns more at the bottom and right. Default 0. */
  readonly outputPadding?: number | Pair;
}

/**
 * 2-D transposed convolution: [N, Ci, H, W] → [N, Co, Ho, Wo] with
 * `Ho = (H - 1)·stride - 2·padding + dilation·(kh - 1) + outputPadding + 1`. weight is [Ci, Co/groups, kh, kw], bias [Co].
 * @throws ArgumentError for sizes that are not whole, or groups that don't divide the channels.
 * @example
 * import { nn, zeros } from "convsmith";
 * const up = new nn.ConvTranspose2d(1, 1, 3, { stride: 2, padding: 1 });
 * console.log(up.forward(zeros([1, 1, 3, 3])).shape); // [1, 1, 5, 5]
 */
export class ConvTranspose2d extends Convolution<ConvTranspose2dOptions> {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | Pair,
    options: ConvTranspose2dOptions = {},
  ) {
    super(inChannels, outChannels, kernelSize, options, (groups, kernel) => [
      inChannels,
      outChannels / groups,
      ...kernel,
    ]);
  }

  forward(x: Tensor): Tensor {
    return convTranspose2d(x, this.weight, this.bias, this.options);
  }

  override extraRepr(): string {
    const { outputPadding = 0 } = this.options;
    const both = typeof outputPadding === "number" ? [outputPadding, outputPadding] : outputPadding;
    return both.some((each) => each > 0)
      ? `${super.extraRepr()}, output_padding=(${both.join(", ")})`
      : super.extraRepr();
  }
}
