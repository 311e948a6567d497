import * as nn from "../nn/index.ts";
import { cat, type Tensor } from "../tensor/index.ts";
import type { ClassifierOptions } from "./blocks/options.ts";

/** Squeezes channels by a 1x1 convolution, and expands them by 1x1 and 3x3 ones side by side. */
class Fire extends nn.Module {
  squeeze: nn.Conv2d;
  squeeze_activation = new nn.ReLU();
  expand1x1: nn.Conv2d;
  expand1x1_activation = new nn.ReLU();
  expand3x3: nn.Conv2d;
  expand3x3_activation = new nn.ReLU();

  constructor(inChannels: number, squeezed: number, expanded: number) {
    super();
    this.squeeze = new nn.Conv2d(inChannels, squeezed, 1);
    this.expand1x1 = new nn.Conv2d(squeezed, expanded, 1);
    this.expand3x3 = new nn.Conv2d(squeezed, expanded, 3, { padding: 1 });
  }

  forward(x: Tensor): Tensor {
    const squeezed = this.squeeze_activation.forward(this.squeeze.forward(x));
    const one = this.expand1x1_activation.forward(this.expand1x1.forward(squeezed));
    return cat([one, this.expand3x3_activation.forward(this.expand3x3.forward(squeezed))], 1);
  }
}

/** The first convolution, and behind which fires (from 1) a pooling follows. */
export interface SqueezeNetConfig {
  readonly channels: number;
  readonly kernelSize: number;
  readonly poolAfter: readonly number[];
}

export const squeezenets: Readonly<Record<string, SqueezeNetConfig>> = {
  squeezenet1_0: { channels: 96, kernelSize: 7, poolAfter: [3, 7] },
  squeezenet1_1: { channels: 64, kernelSize: 3, poolAfter: [2, 4] },
};

/** Squeezed channels of the eight fires; each half of what they expand to is four times as wide. */
const squeezed = [16, 16, 32, 32, 48, 48, 64, 64];

const pool = () => new nn.MaxPool2d(3, { stride: 2, ceilMode: true });

/** SqueezeNet (Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters", 2016): [N, 3, 224, 224] → logits. */
export class SqueezeNet extends nn.Module {
  features: nn.Sequential;
  classifier: nn.Sequential;

  constructor(config: SqueezeNetConfig, { numClasses = 1000 }: ClassifierOptions = {}) {
    super();
    const { channels, kernelSize, poolAfter } = config;
    const layers: nn.Layer[] = [new nn.Conv2d(3, channels, kernelSize, { stride: 2 }), new nn.ReLU(), pool()];
    let inChannels = channels;
    for (const [index, size] of squeezed.entries()) {
      layers.push(new Fire(inChannels, size, 4 * size));
      if (poolAfter.includes(index + 1)) layers.push(pool());
      inChannels = 8 * size;
    }
    this.features = new nn.Sequential(...layers);
    const conv = new nn.Conv2d(inChannels, numClasses, 1);
    this.classifier = new nn.Sequential(new nn.Dropout(), conv, new nn.ReLU(), new nn.AdaptiveAvgPool2d(1));
  }

  forward(x: Tensor): Tensor {
    return this.classifier.forward(this.features.forward(x)).flatten(1);
  }
}
