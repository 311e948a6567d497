import * as nn from "../nn/index.ts";
import { cat, chunk, type Tensor } from "../tensor/index.ts";
import { makeDivisible } from "./blocks/make-divisible.ts";
import type { ClassifierOptions, WidthOptions } from "./blocks/options.ts";

type Widths = readonly [number, number, number, number];

/** Channels of the three stages and of the last convolution (table 5 of the paper). */
export const shufflenetsV2: Readonly<Record<string, Widths>> = {
  shufflenet_v2_x0_5: [48, 96, 192, 1024],
  shufflenet_v2_x1_0: [116, 232, 464, 1024],
  shufflenet_v2_x1_5: [176, 352, 704, 1024],
  shufflenet_v2_x2_0: [244, 488, 976, 2048],
};

const pointwise = (inChannels: number, outChannels: number) => [
  new nn.Conv2d(inChannels, outChannels, 1, { bias: false }),
  new nn.BatchNorm2d(outChannels),
  new nn.ReLU(),
];

const depthwise = (channels: number, stride: number) => [
  new nn.Conv2d(channels, channels, 3, { stride, padding: 1, groups: channels, bias: false }),
  new nn.BatchNorm2d(channels),
];

/** One half of the channels passes by (or, where the size halves, a branch of its own), the other is convolved; then both are shuffled. */
class ShuffleUnit extends nn.Module {
  branch1: nn.Sequential | null;
  branch2: nn.Sequential;
  shuffle = new nn.ChannelShuffle(2);

  constructor(inChannels: number, outChannels: number, stride: number) {
    super();
    const half = outChannels / 2;
    const [first, left] =
      stride === 1 ? [half, null] : [inChannels, [...depthwise(inChannels, stride), ...pointwise(inChannels, half)]];
    this.branch1 = left && new nn.Sequential(...left);
    this.branch2 = new nn.Sequential(...pointwise(first, half), ...depthwise(half, stride), ...pointwise(half, half));
  }

  forward(x: Tensor): Tensor {
    const [left, right] = this.branch1 ? [this.branch1.forward(x), x] : (chunk(x, 2, 1) as [Tensor, Tensor]);
    return this.shuffle.forward(cat([left, this.branch2.forward(right)], 1));
  }
}

const stage = (inChannels: number, outChannels: number, depth: number) =>
  new nn.Sequential(
    new ShuffleUnit(inChannels, outChannels, 2),
    ...Array.from({ length: depth - 1 }, () => new ShuffleUnit(outChannels, outChannels, 1)),
  );

/** ShuffleNetV2 (Ma et al., "ShuffleNet V2: practical guidelines for efficient CNN architecture design", 2018): [N, 3, 224, 224] → logits. */
export class ShuffleNetV2 extends nn.Module {
  conv1 = new nn.Sequential(
    new nn.Conv2d(3, 24, 3, { stride: 2, padding: 1, bias: false }),
    new nn.BatchNorm2d(24),
    new nn.ReLU(),
  );
  maxpool = new nn.MaxPool2d(3, { stride: 2, padding: 1 });
  stage2: nn.Sequential;
  stage3: nn.Sequential;
  stage4: nn.Sequential;
  conv5: nn.Sequential;
  fc: nn.Linear;

  constructor(channels: Widths, options: ClassifierOptions & WidthOptions = {}) {
    super();
    const { numClasses = 1000, widthMultiplier = 1 } = options;
    const scaled = (at: 0 | 1 | 2) => makeDivisible(channels[at] * widthMultiplier, 2);
    const [second, third, fourth] = [scaled(0), scaled(1), scaled(2)] as const;
    // A narrow network keeps its last layer, as in the paper.
    const last = Math.round(channels[3] * Math.max(1, widthMultiplier));
    this.stage2 = stage(24, second, 4);
    this.stage3 = stage(second, third, 8);
    this.stage4 = stage(third, fourth, 4);
    this.conv5 = new nn.Sequential(...pointwise(fourth, last));
    this.fc = new nn.Linear(last, numClasses);
  }

  forward(x: Tensor): Tensor {
    x = this.maxpool.forward(this.conv1.forward(x));
    x = this.stage4.forward(this.stage3.forward(this.stage2.forward(x)));
    return this.fc.forward(this.conv5.forward(x).mean([2, 3]));
  }
}
