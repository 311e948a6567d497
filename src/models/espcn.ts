import { ArgumentError } from "../core/errors.ts";
import * as nn from "../nn/index.ts";
import type { Tensor } from "../tensor/index.ts";
import type { WidthOptions } from "./blocks/options.ts";

/**
 * ESPCN (Shi et al., "Real-time single image and video super-resolution using an efficient sub-pixel convolutional neural
 * network", 2016): [N, 1, H, W] → [N, 1, H·scale, W·scale], brightness from 0 to 1.
 * @throws ArgumentError for a scale that is not whole, or below 1.
 * @example
 * import { models, zeros } from "convsmith";
 * console.log(new models.Espcn(3).forward(zeros([1, 1, 17, 17])).shape); // [1, 1, 51, 51]
 */
export class Espcn extends nn.Module {
  conv1: nn.Conv2d;
  conv2: nn.Conv2d;
  conv3: nn.Conv2d;
  shuffle: nn.PixelShuffle;
  readonly scale: number;

  constructor(scale: number, { widthMultiplier = 1 }: WidthOptions = {}) {
    super();
    if (!Number.isInteger(scale) || scale < 1) {
      throw new ArgumentError(`espcn: scale needs a whole number from 1, got ${scale}`);
    }
    this.scale = scale;
    const [first, second] = [64, 32].map((channels) => Math.max(1, Math.round(channels * widthMultiplier)));
    this.conv1 = new nn.Conv2d(1, first!, 5, { padding: 2 });
    this.conv2 = new nn.Conv2d(first!, second!, 3, { padding: 1 });
    this.conv3 = new nn.Conv2d(second!, scale ** 2, 3, { padding: 1 });
    this.shuffle = new nn.PixelShuffle(scale);
  }

  forward(x: Tensor): Tensor {
    const features = this.conv2.forward(this.conv1.forward(x).tanh()).tanh();
    return this.shuffle.forward(this.conv3.forward(features)).sigmoid();
  }
}
