import { ArgumentError } from "../core/errors.ts";
import * as nn from "../nn/index.ts";
import type { Tensor } from "../tensor/index.ts";
import type { ClassifierOptions, WidthOptions } from "./blocks/options.ts";
import { BasicBlock, Bottleneck } from "./blocks/residual.ts";

/** The blocks of the four stages, and how wide a bottleneck is: `groups` of `widthPerGroup` channels in the first. */
export interface ResNetConfig {
  readonly block: typeof BasicBlock | typeof Bottleneck;
  readonly depths: readonly [number, number, number, number];
  readonly groups?: number;
  readonly widthPerGroup?: number;
}

const bottleneck = (depths: ResNetConfig["depths"], groups = 1, widthPerGroup = 64): ResNetConfig => ({
  block: Bottleneck,
  depths,
  groups,
  widthPerGroup,
});

export const resnets: Readonly<Record<string, ResNetConfig>> = {
  resnet18: { block: BasicBlock, depths: [2, 2, 2, 2] },
  resnet34: { block: BasicBlock, depths: [3, 4, 6, 3] },
  resnet50: bottleneck([3, 4, 6, 3]),
  resnet101: bottleneck([3, 4, 23, 3]),
  resnet152: bottleneck([3, 8, 36, 3]),
  resnext50_32x4d: bottleneck([3, 4, 6, 3], 32, 4),
  resnext101_32x8d: bottleneck([3, 4, 23, 3], 32, 8),
  resnext101_64x4d: bottleneck([3, 4, 23, 3], 64, 4),
  wide_resnet50_2: bottleneck([3, 4, 6, 3], 1, 128),
  wide_resnet101_2: bottleneck([3, 4, 23, 3], 1, 128),
};

/**
 * ResNet (He et al., "Deep residual learning for image recognition", 2016), ResNeXt (Xie et al., 2017) and wide ResNet
 * (Zagoruyko and Komodakis, 2016): [N, 3, 224, 224] → logits.
 */
export class ResNet extends nn.Module {
  conv1 = new nn.Conv2d(3, 64, 7, { stride: 2, padding: 3, bias: false });
  bn1 = new nn.BatchNorm2d(64);
  relu = new nn.ReLU();
  maxpool = new nn.MaxPool2d(3, { stride: 2, padding: 1 });
  layer1: nn.Sequential;
  layer2: nn.Sequential;
  layer3: nn.Sequential;
  layer4: nn.Sequential;
  avgpool = new nn.AdaptiveAvgPool2d(1);
  fc: nn.Linear;

  /** @throws ArgumentError for a widthMultiplier of a network of basic blocks, which have no width of their own. */
  constructor({ block: Block, depths, ...widths }: ResNetConfig, options: ClassifierOptions & WidthOptions = {}) {
    super();
    const { numClasses = 1000, widthMultiplier = 1 } = options;
    if (Block === BasicBlock && widthMultiplier !== 1) {
      throw new ArgumentError("ResNet: only bottlenecks have a width, those of resnet50 and larger");
    }
    const { groups = 1 } = widths;
    const widthPerGroup = Math.max(1, Math.round((widths.widthPerGroup ?? 64) * widthMultiplier));
    let inChannels = 64;
    const stage = (at: number) => {
      const channels = 64 * 2 ** at;
      const blocks = Array.from({ length: depths[at]! }, (_, index) => {
        const stride = index === 0 && at > 0 ? 2 : 1;
        const block = new Block(inChannels, channels, { stride, groups, widthPerGroup });
        inChannels = channels * Block.expansion;
        return block;
      });
      return new nn.Sequential(...blocks);
    };
    this.layer1 = stage(0);
    this.layer2 = stage(1);
    this.layer3 = stage(2);
    this.layer4 = stage(3);
    this.fc = new nn.Linear(512 * Block.expansion, numClasses);
  }

  forward(x: Tensor): Tensor {
    x = this.maxpool.forward(this.relu.forward(this.bn1.forward(this.conv1.forward(x))));
    for (const stage of [this.layer1, this.layer2, this.layer3, this.layer4]) x = stage.forward(x);
    return this.fc.forward(this.avgpool.forward(x).flatten(1));
  }
}
