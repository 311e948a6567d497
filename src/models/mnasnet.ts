import * as nn from "../nn/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { makeDivisible } from "./blocks/make-divisible.ts";
import type { ClassifierOptions, WidthOptions } from "./blocks/options.ts";

/** How wide the layers are, relative to MnasNet-A1's. */
export const mnasnets: Readonly<Record<string, number>> = {
  mnasnet0_5: 0.5,
  mnasnet0_75: 0.75,
  mnasnet1_0: 1,
  mnasnet1_3: 1.3,
};

const norm = (channels: number) => new nn.BatchNorm2d(channels, { momentum: 1 - 0.9997 });

const pointwise = (inChannels: number, outChannels: number) => [
  new nn.Conv2d(inChannels, outChannels, 1, { bias: false }),
  norm(outChannels),
];

const depthwise = (channels: number, kernelSize: number, stride: number) => [
  new nn.Conv2d(channels, channels, kernelSize, {
    ...{ stride, padding: (kernelSize - 1) / 2, groups: channels, bias: false },
  }),
  norm(channels),
  new nn.ReLU(),
];

/** Expand, convolve each channel, project without activation, and add the input where shapes allow. */
class InvertedResidual extends nn.Module {
  layers: nn.Sequential;
  readonly #residual: boolean;

  constructor(inChannels: number, outChannels: number, kernelSize: number, stride: number, ratio: number) {
    super();
    const expanded = inChannels * ratio;
    this.layers = new nn.Sequential(
      ...pointwise(inChannels, expanded),
      new nn.ReLU(),
      ...depthwise(expanded, kernelSize, stride),
      ...pointwise(expanded, outChannels),
    );
    this.#residual = stride === 1 && inChannels === outChannels;
  }

  forward(x: Tensor): Tensor {
    const y = this.layers.forward(x);
    return this.#residual ? x.add(y) : y;
  }
}

/** Channels, kernel, first stride, expansion and blocks of each stage. */
const stages = [
  [24, 3, 2, 3, 3],
  [40, 5, 2, 3, 3],
  [80, 5, 2, 6, 3],
  [96, 3, 1, 6, 2],
  [192, 5, 2, 6, 4],
  [320, 3, 1, 6, 1],
] as const;

/** MnasNet-B1 (Tan et al., "MnasNet: platform-aware neural architecture search for mobile", 2019): [N, 3, 224, 224] → logits. */
export class MnasNet extends nn.Module {
  layers: nn.Sequential;
  classifier: nn.Sequential;

  constructor(width: number, { numClasses = 1000, widthMultiplier = 1 }: ClassifierOptions & WidthOptions = {}) {
    super();
    const scaled = (channels: number) => makeDivisible(channels * width * widthMultiplier);
    const first = scaled(32);
    let inChannels = scaled(16);
    const blocks = stages.map(([channels, kernel, stride, ratio, depth]) => {
      const outChannels = scaled(channels);
      const stage = Array.from({ length: depth }, (_, at) => {
        const from = at === 0 ? inChannels : outChannels;
        return new InvertedResidual(from, outChannels, kernel, at === 0 ? stride : 1, ratio);
      });
      inChannels = outChannels;
      return new nn.Sequential(...stage);
    });
    this.layers = new nn.Sequential(
      new nn.Conv2d(3, first, 3, { stride: 2, padding: 1, bias: false }),
      norm(first),
      new nn.ReLU(),
      ...depthwise(first, 3, 1),
      ...pointwise(first, scaled(16)),
      ...blocks,
      ...pointwise(inChannels, 1280),
      new nn.ReLU(),
    );
    this.classifier = new nn.Sequential(new nn.Dropout(0.2), new nn.Linear(1280, numClasses));
  }

  forward(x: Tensor): Tensor {
    return this.classifier.forward(this.layers.forward(x).mean([2, 3]));
  }
}
