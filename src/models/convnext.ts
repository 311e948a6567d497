import * as nn from "../nn/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { ConvNormActivation } from "./blocks/conv-norm-activation.ts";
import type { ClassifierOptions } from "./blocks/options.ts";

export interface ConvNeXtConfig {
  readonly widths: readonly number[];
  readonly depths: readonly number[];
  /** The last block is dropped with this probability in training, the others with less, the earlier the less. */
  readonly dropProbability: number;
}

export const convnexts: Readonly<Record<string, ConvNeXtConfig>> = {
  convnext_tiny: { widths: [96, 192, 384, 768], depths: [3, 3, 9, 3], dropProbability: 0.1 },
  convnext_small: { widths: [96, 192, 384, 768], depths: [3, 3, 27, 3], dropProbability: 0.4 },
  convnext_base: { widths: [128, 256, 512, 1024], depths: [3, 3, 27, 3], dropProbability: 0.5 },
  convnext_large: { widths: [192, 384, 768, 1536], depths: [3, 3, 27, 3], dropProbability: 0.5 },
};

const norm = (channels: number) => new nn.LayerNorm2d(channels, { eps: 1e-6 });

/** A linear layer over the channels of each pixel of [N, C, H, W]: its weight stays [O, I], and no axis has to move. */
class ChannelLinear extends nn.Linear {
  override forward(x: Tensor): Tensor {
    const { outFeatures, inFeatures } = this;
    return nn.functional.conv2d(x, this.weight.reshape(outFeatures, inFeatures, 1, 1), this.bias);
  }
}

/** A 7x7 convolution of each channel, and a hidden layer four times as wide over the channels of each pixel. */
export class ConvNeXtBlock extends nn.Module {
  readonly layer_scale: nn.Parameter;
  block: nn.Sequential;
  stochastic_depth: nn.StochasticDepth;

  constructor(channels: number, dropProbability: number) {
    super();
    const shape = [channels, 1, 1];
    this.layer_scale = new nn.Parameter(shape, nn.init.constant(shape, 1e-6), "layer_scale");
    this.block = new nn.Sequential(
      new nn.Conv2d(channels, channels, 7, { padding: 3, groups: channels }),
      // Where torchvision moves the channels to the end, and below back.
      new nn.Identity(),
      norm(channels),
      new ChannelLinear(channels, 4 * channels),
      new nn.GELU(),
      new ChannelLinear(4 * channels, channels),
      new nn.Identity(),
    );
    this.stochastic_depth = new nn.StochasticDepth(dropProbability);
  }

  forward(x: Tensor): Tensor {
    return x.add(this.stochastic_depth.forward(this.block.forward(x).mul(this.layer_scale)));
  }
}

/** ConvNeXt (Liu et al., "A ConvNet for the 2020s", 2022): [N, 3, 224, 224] → logits. */
export class ConvNeXt extends nn.Module {
  features: nn.Sequential;
  avgpool = new nn.AdaptiveAvgPool2d(1);
  classifier: nn.Sequential;

  constructor({ widths, depths, dropProbability }: ConvNeXtConfig, { numClasses = 1000 }: ClassifierOptions = {}) {
    super();
    const blocks = depths.reduce((sum, depth) => sum + depth, 0);
    let index = 0;
    const layers: nn.Layer[] = [];
    for (const [stage, width] of widths.entries()) {
      const from = widths[stage - 1];
      const patches = { kernelSize: 4, stride: 4, padding: 0, norm, activation: null, bias: true };
      layers.push(
        from === undefined
          ? new ConvNormActivation(3, width, patches)
          : new nn.Sequential(norm(from), new nn.Conv2d(from, width, 2, { stride: 2 })),
        new nn.Sequential(
          ...Array.from(
            { length: depths[stage]! },
            () => new ConvNeXtBlock(width, (dropProbability * index++) / (blocks - 1)),
          ),
        ),
      );
    }
    this.features = new nn.Sequential(...layers);
    const last = widths.at(-1)!;
    this.classifier = new nn.Sequential(norm(last), new nn.Flatten(), new nn.Linear(last, numClasses));
  }

  forward(x: Tensor): Tensor {
    return this.classifier.forward(this.avgpool.forward(this.features.forward(x)));
  }
}
