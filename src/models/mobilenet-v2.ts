import * as nn from "../nn/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { ConvNormActivation } from "./blocks/conv-norm-activation.ts";
import type { ClassifierOptions } from "./blocks/options.ts";

const relu6 = () => new nn.ReLU6();

/** Expand, convolve each channel, project without activation, and add the input where shapes allow. */
class InvertedResidual extends nn.Module {
  conv: nn.Sequential;
  readonly #residual: boolean;

  constructor(inChannels: number, outChannels: number, stride: number, ratio: number) {
    super();
    const expanded = inChannels * ratio;
    const expand = new ConvNormActivation(inChannels, expanded, { kernelSize: 1, activation: relu6 });
    this.conv = new nn.Sequential(
      ...(ratio === 1 ? [] : [expand]),
      new ConvNormActivation(expanded, expanded, { stride, groups: expanded, activation: relu6 }),
      new nn.Conv2d(expanded, outChannels, 1, { bias: false }),
      new nn.BatchNorm2d(outChannels),
    );
    this.#residual = stride === 1 && inChannels === outChannels;
  }

  forward(x: Tensor): Tensor {
    const y = this.conv.forward(x);
    return this.#residual ? x.add(y) : y;
  }
}

/** Expansion, channels, blocks and first stride of each stage (table 2 of the paper). */
const stages = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

/** MobileNetV2 (Sandler et al., "MobileNetV2: inverted residuals and linear bottlenecks", 2018): [N, 3, 224, 224] → logits. */
export class MobileNetV2 extends nn.Module {
  features: nn.Sequential;
  classifier: nn.Sequential;

  constructor({ numClasses = 1000 }: ClassifierOptions = {}) {
    super();
    const layers: nn.Layer[] = [new ConvNormActivation(3, 32, { stride: 2, activation: relu6 })];
    let inChannels = 32;
    for (const [ratio, channels, depth, stride] of stages) {
      for (let at = 0; at < depth; at++, inChannels = channels) {
        layers.push(new InvertedResidual(inChannels, channels, at === 0 ? stride : 1, ratio));
      }
    }
    layers.push(new ConvNormActivation(inChannels, 1280, { kernelSize: 1, activation: relu6 }));
    this.features = new nn.Sequential(...layers);
    this.classifier = new nn.Sequential(new nn.Dropout(0.2), new nn.Linear(1280, numClasses));
  }

  forward(x: Tensor): Tensor {
    return this.classifier.forward(nn.functional.adaptiveAvgPool2d(this.features.forward(x), 1).flatten(1));
  }
}
