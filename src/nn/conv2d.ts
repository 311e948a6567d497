import type { Tensor } from "../tensor/index.ts";
import { Convolution, type ConvolutionOptions, type Pair } from "./convolution.ts";
import { conv2d } from "./functional.ts";

/**
 * 2-D convolution: [N, Ci, H, W] → [N, Co, Ho, Wo] with `Ho = floor((H + 2·padding - dilation·(kh - 1) - 1) / stride) + 1`.
 * weight is [Co, Ci/groups, kh, kw], bias [Co].
 * @throws ArgumentError for sizes that are not whole, or groups that don't divide the channels.
 * @example
 * import { nn, zeros } from "convsmith";
 * const conv = new nn.Conv2d(1, 64, 5, { padding: 2 });
 * console.log(conv.forward(zeros([1, 1, 17, 17])).shape); // [1, 64, 17, 17]
 */
export class Conv2d extends Convolution<ConvolutionOptions> {
  constructor(inChannels: number, outChannels: number, kernelSize: number | Pair, options: ConvolutionOptions = {}) {
    super(inChannels, outChannels, kernelSize, options, (groups, kernel) => [
      outChannels,
      inChannels / groups,
      ...kernel,
    ]);
  }

  forward(x: Tensor): Tensor {
    return conv2d(x, this.weight, this.bias, this.options);
  }
}
