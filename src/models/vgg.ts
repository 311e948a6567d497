import * as nn from "../nn/index.ts";
import type { Tensor } from "../tensor/index.ts";
import type { ClassifierOptions } from "./blocks/options.ts";

/** 3x3 convolutions in each of the five stages, and whether batch norm stands behind them. */
export interface VggConfig {
  readonly depths: readonly number[];
  readonly norm: boolean;
}

const depths = { vgg11: [1, 1, 2, 2, 2], vgg13: [2, 2, 2, 2, 2], vgg16: [2, 2, 3, 3, 3], vgg19: [2, 2, 4, 4, 4] };

export const vggs: Readonly<Record<string, VggConfig>> = Object.fromEntries(
  Object.entries(depths).flatMap(([name, depths]) => [
    [name, { depths, norm: false }],
    [`${name}_bn`, { depths, norm: true }],
  ]),
);

const widths = [64, 128, 256, 512, 512];

/** VGG (Simonyan and Zisserman, "Very deep convolutional networks for large-scale image recognition", 2015): [N, 3, 224, 224] → logits. */
export class Vgg extends nn.Module {
  features: nn.Sequential;
  avgpool = new nn.AdaptiveAvgPool2d(7);
  classifier: nn.Sequential;

  constructor({ depths, norm }: VggConfig, { numClasses = 1000 }: ClassifierOptions = {}) {
    super();
    const layers: nn.Layer[] = [];
    let channels = 3;
    for (const [stage, depth] of depths.entries()) {
      const width = widths[stage]!;
      for (let at = 0; at < depth; at++, channels = width) {
        layers.push(new nn.Conv2d(channels, width, 3, { padding: 1 }));
        if (norm) layers.push(new nn.BatchNorm2d(width));
        layers.push(new nn.ReLU());
      }
      layers.push(new nn.MaxPool2d(2));
    }
    this.features = new nn.Sequential(...layers);
    this.classifier = new nn.Sequential(
      new nn.Linear(512 * 7 * 7, 4096),
      new nn.ReLU(),
      new nn.Dropout(),
      new nn.Linear(4096, 4096),
      new nn.ReLU(),
      new nn.Dropout(),
      new nn.Linear(4096, numClasses),
    );
  }

  forward(x: Tensor): Tensor {
    return this.classifier.forward(this.avgpool.forward(this.features.forward(x)).flatten(1));
  }
}
