import * as nn from "../nn/index.ts";
import { cat, type Tensor } from "../tensor/index.ts";

export interface UnetOptions {
  /** Channels of the picture. Default 1. */
  readonly inChannels?: number;
  /** Classes of a pixel. Default 2. */
  readonly classes?: number;
  /** Channels of the first level; each level below has twice as many. Default 64. */
  readonly width?: number;
}

/** Two 3x3 convolutions with their ReLUs. */
const double = (inChannels: number, outChannels: number) =>
  new nn.Sequential(
    new nn.Conv2d(inChannels, outChannels, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.Conv2d(outChannels, outChannels, 3, { padding: 1 }),
    new nn.ReLU(),
  );

/** Enlarges twice and halves the channels, puts the map of the same size from the way down beside it, and mixes both. */
class Up extends nn.Module {
  up: nn.ConvTranspose2d;
  conv: nn.Sequential;

  constructor(inChannels: number) {
    super();
    this.up = new nn.ConvTranspose2d(inChannels, inChannels / 2, 2, { stride: 2 });
    this.conv = double(inChannels, inChannels / 2);
  }

  forward(x: Tensor, skip: Tensor): Tensor {
    return this.conv.forward(cat([skip, this.up.forward(x)], 1));
  }
}

const levels = 4;

/**
 * U-Net (Ronneberger et al., "U-Net: convolutional networks for biomedical image segmentation", 2015), padded so that
 * sizes stay: [N, C, H, W] with sides divisible by 16 → logits of each pixel [N, classes, H, W].
 */
export class Unet extends nn.Module {
  down: nn.ModuleList<nn.Sequential>;
  pool = new nn.MaxPool2d(2);
  up: nn.ModuleList<Up>;
  head: nn.Conv2d;

  constructor({ inChannels = 1, classes = 2, width = 64 }: UnetOptions = {}) {
    super();
    const widths = Array.from({ length: levels + 1 }, (_, level) => width * 2 ** level);
    this.down = new nn.ModuleList(widths.map((each, level) => double(widths[level - 1] ?? inChannels, each)));
    this.up = new nn.ModuleList(
      widths
        .slice(1)
        .toReversed()
        .map((each) => new Up(each)),
    );
    this.head = new nn.Conv2d(width, classes, 1);
  }

  forward(x: Tensor): Tensor {
    const skips: Tensor[] = [];
    for (const [level, block] of [...this.down].entries()) {
      x = block.forward(level === 0 ? x : this.pool.forward(x));
      skips.push(x);
    }
    skips.pop();
    for (const block of this.up) x = block.forward(x, skips.pop()!);
    return this.head.forward(x);
  }
}
