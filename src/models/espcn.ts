import { ArgumentError } from "../core/errors.ts";
import * as nn from "../nn/index.ts";
import type { Tensor } from "../tensor/index.ts";

/**
 * ESPCN (Shi et al., "Real-time single image and video super-resolution using an efficient sub-pixel convolutional neural
 * network", 2016): [N, 1, H, W] → [N, 1, H·scale, W·scale], brightness from 0 to 1.
 * @throws ArgumentError for a scale that is not whole, or below 1.
 * @example
 * import { models, zeros } from "convsmith";
 * console.log(new models.Espcn(3).forward(zeros([1, 1, 17, 17])).shape); // [1, 1, 51, 51]
 */
export class Espcn extends nn.Module {
  conv1 = new nn.Conv2d(1, 64, 5, { padding: 2 });
  conv2 = new nn.Conv2d(64, 32, 3, { padding: 1 });
  conv3: nn.Conv2d;
  shuffle: nn.PixelShuffle;
  readonly scale: number;

  constructor(scale: number) {
    super();
    if (!Number.isInteger(scale) || scale < 1) {
      throw new ArgumentError(`espcn: scale needs a whole number from 1, got ${scale}`);
    }
    this.scale = scale;
    this.conv3 = new nn.Conv2d(32, scale ** 2, 3, { padding: 1 });
    this.shuffle = new nn.PixelShuffle(scale);
  }

  forward(x: Tensor): Tensor {
    const features = this.conv2.forward(this.conv1.forward(x).tanh()).tanh();
    return this.shuffle.forward(this.conv3.forward(features)).sigmoid();
  }
}
