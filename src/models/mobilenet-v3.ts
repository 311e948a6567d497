import * as nn from "../nn/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { ConvNormActivation, type Norm, relu } from "./blocks/conv-norm-activation.ts";
import { InvertedResidual } from "./blocks/inverted-residual.ts";
import { makeDivisible } from "./blocks/make-divisible.ts";
import type { ClassifierOptions, WidthOptions } from "./blocks/options.ts";
import { SqueezeExcitation } from "./blocks/squeeze-excitation.ts";

type Row = readonly [
  kernel: number,
  expanded: number,
  channels: number,
  squeeze: 0 | 1,
  activation: "relu" | "hswish",
  stride: 1 | 2,
];

/** The blocks (tables 1 and 2 of the paper), and the hidden size of the classifier. */
export interface MobileNetV3Config {
  readonly blocks: readonly Row[];
  readonly hidden: number;
}

export const mobilenetsV3: Readonly<Record<string, MobileNetV3Config>> = {
  mobilenet_v3_large: {
    hidden: 1280,
    blocks: [
      [3, 16, 16, 0, "relu", 1],
      [3, 64, 24, 0, "relu", 2],
      [3, 72, 24, 0, "relu", 1],
      [5, 72, 40, 1, "relu", 2],
      [5, 120, 40, 1, "relu", 1],
      [5, 120, 40, 1, "relu", 1],
      [3, 240, 80, 0, "hswish", 2],
      [3, 200, 80, 0, "hswish", 1],
      [3, 184, 80, 0, "hswish", 1],
      [3, 184, 80, 0, "hswish", 1],
      [3, 480, 112, 1, "hswish", 1],
      [3, 672, 112, 1, "hswish", 1],
      [5, 672, 160, 1, "hswish", 2],
      [5, 960, 160, 1, "hswish", 1],
      [5, 960, 160, 1, "hswish", 1],
    ],
  },
  mobilenet_v3_small: {
    hidden: 1024,
    blocks: [
      [3, 16, 16, 1, "relu", 2],
      [3, 72, 24, 0, "relu", 2],
      [3, 88, 24, 0, "relu", 1],
      [5, 96, 40, 1, "hswish", 2],
      [5, 240, 40, 1, "hswish", 1],
      [5, 240, 40, 1, "hswish", 1],
      [5, 120, 48, 1, "hswish", 1],
      [5, 144, 48, 1, "hswish", 1],
      [5, 288, 96, 1, "hswish", 2],
      [5, 576, 96, 1, "hswish", 1],
      [5, 576, 96, 1, "hswish", 1],
    ],
  },
};

const hardswish = () => new nn.Hardswish();
const norm: Norm = (channels) => new nn.BatchNorm2d(channels, { eps: 1e-3, momentum: 0.01 });

/** MobileNetV3 (Howard et al., "Searching for MobileNetV3", 2019): [N, 3, 224, 224] → logits. */
export class MobileNetV3 extends nn.Module {
  features: nn.Sequential;
  avgpool = new nn.AdaptiveAvgPool2d(1);
  classifier: nn.Sequential;

  constructor(config: MobileNetV3Config, options: ClassifierOptions & WidthOptions = {}) {
    super();
    const { numClasses = 1000, widthMultiplier = 1 } = options;
    const scaled = (channels: number) => makeDivisible(channels * widthMultiplier);
    let inChannels = scaled(16);
    const layers: nn.Layer[] = [new ConvNormActivation(3, inChannels, { stride: 2, norm, activation: hardswish })];
    for (const [kernelSize, wide, narrow, squeezes, activation, stride] of config.blocks) {
      const [expanded, outChannels] = [scaled(wide), scaled(narrow)];
      const squeeze = () =>
        new SqueezeExcitation(expanded, makeDivisible(expanded / 4), { gate: () => new nn.Hardsigmoid() });
      layers.push(
        new InvertedResidual({
          ...{ inChannels, expanded, outChannels, kernelSize, stride, norm },
          activation: activation === "relu" ? relu : hardswish,
          squeeze: squeezes ? squeeze : null,
        }),
      );
      inChannels = outChannels;
    }
    const last = 6 * inChannels;
    const hidden = scaled(config.hidden);
    layers.push(new ConvNormActivation(inChannels, last, { kernelSize: 1, norm, activation: hardswish }));
    this.features = new nn.Sequential(...layers);
    this.classifier = new nn.Sequential(
      new nn.Linear(last, hidden),
      new nn.Hardswish(),
      new nn.Dropout(0.2),
      new nn.Linear(hidden, numClasses),
    );
  }

  forward(x: Tensor): Tensor {
    return this.classifier.forward(this.avgpool.forward(this.features.forward(x)).flatten(1));
  }
}
