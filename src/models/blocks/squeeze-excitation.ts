import * as nn from "../../nn/index.ts";
import type { Tensor } from "../../tensor/index.ts";

export interface SqueezeExcitationOptions {
  /** Between the two convolutions. Default ReLU. */
  readonly activation?: () => nn.Layer;
  /** Makes the weights. Default sigmoid. */
  readonly gate?: () => nn.Layer;
}

/**
 * Weighs channels by what the whole map holds (Hu et al., "Squeeze-and-excitation networks", 2018): [N, C, H, W] → the
 * same shape.
 */
export class SqueezeExcitation extends nn.Module {
  avgpool = new nn.AdaptiveAvgPool2d(1);
  fc1: nn.Conv2d;
  fc2: nn.Conv2d;
  activation: nn.Layer;
  scale_activation: nn.Layer;

  constructor(channels: number, squeezed: number, options: SqueezeExcitationOptions = {}) {
    super();
    const { activation = () => new nn.ReLU(), gate = () => new nn.Sigmoid() } = options;
    this.fc1 = new nn.Conv2d(channels, squeezed, 1);
    this.fc2 = new nn.Conv2d(squeezed, channels, 1);
    this.activation = activation();
    this.scale_activation = gate();
  }

  forward(x: Tensor): Tensor {
    const squeezed = this.activation.forward(this.fc1.forward(this.avgpool.forward(x)));
    return x.mul(this.scale_activation.forward(this.fc2.forward(squeezed)));
  }
}
