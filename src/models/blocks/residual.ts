import * as nn from "../../nn/index.ts";
import type { Tensor } from "../../tensor/index.ts";

export interface ResidualOptions {
  readonly stride: number;
  readonly groups: number;
  /** Channels of a bottleneck's 3x3 convolution, divided by `groups`, in a stage of 64. */
  readonly widthPerGroup: number;
}

/** Where size or channels change, the shortcut is a 1x1 convolution with batch norm. */
function shortcut(inChannels: number, outChannels: number, stride: number): nn.Sequential | null {
  if (stride === 1 && inChannels === outChannels) return null;
  const conv = new nn.Conv2d(inChannels, outChannels, 1, { stride, bias: false });
  return new nn.Sequential(conv, new nn.BatchNorm2d(outChannels));
}

/** Two 3x3 convolutions and a shortcut: the block of ResNet-18 and ResNet-34. */
export class BasicBlock extends nn.Module {
  static readonly expansion = 1;
  conv1: nn.Conv2d;
  bn1: nn.BatchNorm2d;
  relu = new nn.ReLU();
  conv2: nn.Conv2d;
  bn2: nn.BatchNorm2d;
  downsample: nn.Sequential | null;

  constructor(inChannels: number, channels: number, { stride }: ResidualOptions) {
    super();
    this.conv1 = new nn.Conv2d(inChannels, channels, 3, { stride, padding: 1, bias: false });
    this.bn1 = new nn.BatchNorm2d(channels);
    this.conv2 = new nn.Conv2d(channels, channels, 3, { padding: 1, bias: false });
    this.bn2 = new nn.BatchNorm2d(channels);
    this.downsample = shortcut(inChannels, channels, stride);
  }

  forward(x: Tensor): Tensor {
    let y = this.relu.forward(this.bn1.forward(this.conv1.forward(x)));
    y = this.bn2.forward(this.conv2.forward(y));
    return this.relu.forward(y.add(this.downsample ? this.downsample.forward(x) : x));
  }
}

/** 1x1, 3x3 and 1x1 convolutions and a shortcut, four times as wide at its ends; the stride is in the 3x3 one ("v1.5"). */
export class Bottleneck extends nn.Module {
  static readonly expansion = 4;
  conv1: nn.Conv2d;
  bn1: nn.BatchNorm2d;
  conv2: nn.Conv2d;
  bn2: nn.BatchNorm2d;
  conv3: nn.Conv2d;
  bn3: nn.BatchNorm2d;
  relu = new nn.ReLU();
  downsample: nn.Sequential | null;

  constructor(inChannels: number, channels: number, { stride, groups, widthPerGroup }: ResidualOptions) {
    super();
    const width = Math.floor((channels * widthPerGroup) / 64) * groups;
    const outChannels = channels * Bottleneck.expansion;
    this.conv1 = new nn.Conv2d(inChannels, width, 1, { bias: false });
    this.bn1 = new nn.BatchNorm2d(width);
    this.conv2 = new nn.Conv2d(width, width, 3, { stride, padding: 1, groups, bias: false });
    this.bn2 = new nn.BatchNorm2d(width);
    this.conv3 = new nn.Conv2d(width, outChannels, 1, { bias: false });
    this.bn3 = new nn.BatchNorm2d(outChannels);
    this.downsample = shortcut(inChannels, outChannels, stride);
  }

  forward(x: Tensor): Tensor {
    let y = this.relu.forward(this.bn1.forward(this.conv1.forward(x)));
    y = this.relu.forward(this.bn2.forward(this.conv2.forward(y)));
    y = this.bn3.forward(this.conv3.forward(y));
    return this.relu.forward(y.add(this.downsample ? this.downsample.forward(x) : x));
  }
}
