import * as nn from "../nn/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { ConvNormActivation } from "./blocks/conv-norm-activation.ts";
import { InvertedResidual } from "./blocks/inverted-residual.ts";
import { makeDivisible } from "./blocks/make-divisible.ts";
import type { ClassifierOptions } from "./blocks/options.ts";
import { SqueezeExcitation } from "./blocks/squeeze-excitation.ts";
import type { EfficientNetConfig } from "./efficientnet-configs.ts";

const silu = () => new nn.SiLU();
/** The last block is dropped with this probability in training, the others with less, the earlier the less. */
const dropProbability = 0.2;

/**
 * EfficientNet (Tan and Le, "EfficientNet: rethinking model scaling for convolutional neural networks", 2019) and
 * EfficientNetV2 (Tan and Le, 2021): [N, 3, H, W] → logits.
 */
export class EfficientNet extends nn.Module {
  features: nn.Sequential;
  avgpool = new nn.AdaptiveAvgPool2d(1);
  classifier: nn.Sequential;

  constructor(config: EfficientNetConfig, { numClasses = 1000 }: ClassifierOptions = {}) {
    super();
    const { stages, dropout, normOptions, lastChannels } = config;
    const norm = (channels: number) => new nn.BatchNorm2d(channels, normOptions);
    const blocks = stages.reduce((sum, { depth }) => sum + depth, 0);
    let inChannels = config.channels;
    let index = 0;
    const layers: nn.Layer[] = [new ConvNormActivation(3, inChannels, { stride: 2, norm, activation: silu })];
    for (const { ratio, kernelSize, stride, channels, depth, fused } of stages) {
      const stage = Array.from({ length: depth }, (_, at) => {
        const from = at === 0 ? inChannels : channels;
        const expanded = makeDivisible(from * ratio);
        return new InvertedResidual({
          ...{ inChannels: from, expanded, outChannels: channels, kernelSize, stride: at === 0 ? stride : 1, fused },
          ...{ norm, activation: silu, dropProbability: (dropProbability * index++) / blocks },
          squeeze: () => new SqueezeExcitation(expanded, Math.max(1, Math.floor(from / 4)), { activation: silu }),
        });
      });
      inChannels = channels;
      layers.push(new nn.Sequential(...stage));
    }
    layers.push(new ConvNormActivation(inChannels, lastChannels, { kernelSize: 1, norm, activation: silu }));
    this.features = new nn.Sequential(...layers);
    this.classifier = new nn.Sequential(new nn.Dropout(dropout), new nn.Linear(lastChannels, numClasses));
  }

  forward(x: Tensor): Tensor {
    return this.classifier.forward(this.avgpool.forward(this.features.forward(x)).flatten(1));
  }
}
