import * as nn from "../nn/index.ts";
import { cat, type Tensor } from "../tensor/index.ts";
import type { ClassifierOptions } from "./blocks/options.ts";

export interface DenseNetConfig {
  /** Channels that each layer adds. */
  readonly growth: number;
  readonly depths: readonly number[];
  /** Channels of the first convolution. */
  readonly channels: number;
}

export const densenets: Readonly<Record<string, DenseNetConfig>> = {
  densenet121: { growth: 32, depths: [6, 12, 24, 16], channels: 64 },
  densenet161: { growth: 48, depths: [6, 12, 36, 24], channels: 96 },
  densenet169: { growth: 32, depths: [6, 12, 32, 32], channels: 64 },
  densenet201: { growth: 32, depths: [6, 12, 48, 32], channels: 64 },
};

/** Adds `growth` channels to those it is given, by a 1x1 convolution to 4·growth and a 3x3 one. */
class DenseLayer extends nn.Module {
  norm1: nn.BatchNorm2d;
  relu1 = new nn.ReLU();
  conv1: nn.Conv2d;
  norm2: nn.BatchNorm2d;
  relu2 = new nn.ReLU();
  conv2: nn.Conv2d;

  constructor(inChannels: number, growth: number) {
    super();
    this.norm1 = new nn.BatchNorm2d(inChannels);
    this.conv1 = new nn.Conv2d(inChannels, 4 * growth, 1, { bias: false });
    this.norm2 = new nn.BatchNorm2d(4 * growth);
    this.conv2 = new nn.Conv2d(4 * growth, growth, 3, { padding: 1, bias: false });
  }

  forward(x: Tensor): Tensor {
    const y = this.conv1.forward(this.relu1.forward(this.norm1.forward(x)));
    return cat([x, this.conv2.forward(this.relu2.forward(this.norm2.forward(y)))], 1);
  }
}

const denseBlock = (inChannels: number, growth: number, depth: number) =>
  new nn.Sequential(
    Object.fromEntries(
      Array.from({ length: depth }, (_, at) => [
        `denselayer${at + 1}`,
        new DenseLayer(inChannels + at * growth, growth),
      ]),
    ),
  );

/** Halves channels and size. */
const transition = (channels: number) =>
  new nn.Sequential({
    norm: new nn.BatchNorm2d(channels),
    relu: new nn.ReLU(),
    conv: new nn.Conv2d(channels, channels / 2, 1, { bias: false }),
    pool: new nn.AvgPool2d(2),
  });

/** DenseNet (Huang et al., "Densely connected convolutional networks", 2017): [N, 3, 224, 224] → logits. */
export class DenseNet extends nn.Module {
  features: nn.Sequential;
  classifier: nn.Linear;

  constructor({ growth, depths, channels }: DenseNetConfig, { numClasses = 1000 }: ClassifierOptions = {}) {
    super();
    const layers: Record<string, nn.Layer> = {
      conv0: new nn.Conv2d(3, channels, 7, { stride: 2, padding: 3, bias: false }),
      norm0: new nn.BatchNorm2d(channels),
      relu0: new nn.ReLU(),
      pool0: new nn.MaxPool2d(3, { stride: 2, padding: 1 }),
    };
    let width = channels;
    for (const [index, depth] of depths.entries()) {
      layers[`denseblock${index + 1}`] = denseBlock(width, growth, depth);
      width += depth * growth;
      if (index === depths.length - 1) break;
      layers[`transition${index + 1}`] = transition(width);
      width /= 2;
    }
    layers.norm5 = new nn.BatchNorm2d(width);
    this.features = new nn.Sequential(layers);
    this.classifier = new nn.Linear(width, numClasses);
  }

  forward(x: Tensor): Tensor {
    const features = this.features.forward(x).relu();
    return this.classifier.forward(nn.functional.adaptiveAvgPool2d(features, 1).flatten(1));
  }
}
