import * as nn from "../../nn/index.ts";
import { cat, type Tensor } from "../../tensor/index.ts";
import { BasicConv2d } from "./basic-conv.ts";

const conv = (inChannels: number, outChannels: number, kernel: number | nn.Pair, options: nn.ConvolutionOptions = {}) =>
  new BasicConv2d(inChannels, outChannels, kernel, options);

/** 1 high and k wide, or the reverse, with what keeps the size. */
const row = (inChannels: number, outChannels: number, k: number) =>
  conv(inChannels, outChannels, [1, k], { padding: [0, (k - 1) / 2] });
const column = (inChannels: number, outChannels: number, k: number) =>
  conv(inChannels, outChannels, [k, 1], { padding: [(k - 1) / 2, 0] });

const through = (x: Tensor, ...layers: nn.Layer[]) => layers.reduce((value, layer) => layer.forward(value), x);
const average = (x: Tensor) => nn.functional.avgPool2d(x, 3, { stride: 1, padding: 1 });
const halve = (x: Tensor) => nn.functional.maxPool2d(x, 3, { stride: 2 });

/** At 35x35 (figure 5 of the paper). */
export class InceptionA extends nn.Module {
  branch1x1: nn.Layer;
  branch5x5_1: nn.Layer;
  branch5x5_2: nn.Layer;
  branch3x3dbl_1: nn.Layer;
  branch3x3dbl_2: nn.Layer;
  branch3x3dbl_3: nn.Layer;
  branch_pool: nn.Layer;

  constructor(inChannels: number, poolChannels: number) {
    super();
    this.branch1x1 = conv(inChannels, 64, 1);
    this.branch5x5_1 = conv(inChannels, 48, 1);
    this.branch5x5_2 = conv(48, 64, 5, { padding: 2 });
    this.branch3x3dbl_1 = conv(inChannels, 64, 1);
    this.branch3x3dbl_2 = conv(64, 96, 3, { padding: 1 });
    this.branch3x3dbl_3 = conv(96, 96, 3, { padding: 1 });
    this.branch_pool = conv(inChannels, poolChannels, 1);
  }

  forward(x: Tensor): Tensor {
    const one = this.branch1x1.forward(x);
    const five = through(x, this.branch5x5_1, this.branch5x5_2);
    const three = through(x, this.branch3x3dbl_1, this.branch3x3dbl_2, this.branch3x3dbl_3);
    return cat([one, five, three, this.branch_pool.forward(average(x))], 1);
  }
}

/** From 35x35 to 17x17. */
export class InceptionB extends nn.Module {
  branch3x3: nn.Layer;
  branch3x3dbl_1: nn.Layer;
  branch3x3dbl_2 = conv(64, 96, 3, { padding: 1 });
  branch3x3dbl_3 = conv(96, 96, 3, { stride: 2 });

  constructor(inChannels: number) {
    super();
    this.branch3x3 = conv(inChannels, 384, 3, { stride: 2 });
    this.branch3x3dbl_1 = conv(inChannels, 64, 1);
  }

  forward(x: Tensor): Tensor {
    const double = through(x, this.branch3x3dbl_1, this.branch3x3dbl_2, this.branch3x3dbl_3);
    return cat([this.branch3x3.forward(x), double, halve(x)], 1);
  }
}

/** At 17x17 (figure 6), with 7x7 convolutions taken apart into rows and columns of `width` channels. */
export class InceptionC extends nn.Module {
  branch1x1: nn.Layer;
  branch7x7_1: nn.Layer;
  branch7x7_2: nn.Layer;
  branch7x7_3: nn.Layer;
  branch7x7dbl_1: nn.Layer;
  branch7x7dbl_2: nn.Layer;
  branch7x7dbl_3: nn.Layer;
  branch7x7dbl_4: nn.Layer;
  branch7x7dbl_5: nn.Layer;
  branch_pool: nn.Layer;

  constructor(inChannels: number, width: number) {
    super();
    this.branch1x1 = conv(inChannels, 192, 1);
    this.branch7x7_1 = conv(inChannels, width, 1);
    this.branch7x7_2 = row(width, width, 7);
    this.branch7x7_3 = column(width, 192, 7);
    this.branch7x7dbl_1 = conv(inChannels, width, 1);
    this.branch7x7dbl_2 = column(width, width, 7);
    this.branch7x7dbl_3 = row(width, width, 7);
    this.branch7x7dbl_4 = column(width, width, 7);
    this.branch7x7dbl_5 = row(width, 192, 7);
    this.branch_pool = conv(inChannels, 192, 1);
  }

  forward(x: Tensor): Tensor {
    const seven = through(x, this.branch7x7_1, this.branch7x7_2, this.branch7x7_3);
    const { branch7x7dbl_1, branch7x7dbl_2, branch7x7dbl_3, branch7x7dbl_4, branch7x7dbl_5 } = this;
    const double = through(x, branch7x7dbl_1, branch7x7dbl_2, branch7x7dbl_3, branch7x7dbl_4, branch7x7dbl_5);
    return cat([this.branch1x1.forward(x), seven, double, this.branch_pool.forward(average(x))], 1);
  }
}

/** From 17x17 to 8x8. */
export class InceptionD extends nn.Module {
  branch3x3_1: nn.Layer;
  branch3x3_2 = conv(192, 320, 3, { stride: 2 });
  branch7x7x3_1: nn.Layer;
  branch7x7x3_2 = row(192, 192, 7);
  branch7x7x3_3 = column(192, 192, 7);
  branch7x7x3_4 = conv(192, 192, 3, { stride: 2 });

  constructor(inChannels: number) {
    super();
    this.branch3x3_1 = conv(inChannels, 192, 1);
    this.branch7x7x3_1 = conv(inChannels, 192, 1);
  }

  forward(x: Tensor): Tensor {
    const three = through(x, this.branch3x3_1, this.branch3x3_2);
    const seven = through(x, this.branch7x7x3_1, this.branch7x7x3_2, this.branch7x7x3_3, this.branch7x7x3_4);
    return cat([three, seven, halve(x)], 1);
  }
}

/** At 8x8 (figure 7), where branches end side by side in a row and a column. */
export class InceptionE extends nn.Module {
  branch1x1: nn.Layer;
  branch3x3_1: nn.Layer;
  branch3x3_2a = row(384, 384, 3);
  branch3x3_2b = column(384, 384, 3);
  branch3x3dbl_1: nn.Layer;
  branch3x3dbl_2 = conv(448, 384, 3, { padding: 1 });
  branch3x3dbl_3a = row(384, 384, 3);
  branch3x3dbl_3b = column(384, 384, 3);
  branch_pool: nn.Layer;

  constructor(inChannels: number) {
    super();
    this.branch1x1 = conv(inChannels, 320, 1);
    this.branch3x3_1 = conv(inChannels, 384, 1);
    this.branch3x3dbl_1 = conv(inChannels, 448, 1);
    this.branch_pool = conv(inChannels, 192, 1);
  }

  forward(x: Tensor): Tensor {
    const three = this.branch3x3_1.forward(x);
    const double = through(x, this.branch3x3dbl_1, this.branch3x3dbl_2);
    const branches = [
      this.branch1x1.forward(x),
      ...[this.branch3x3_2a, this.branch3x3_2b].map((layer) => layer.forward(three)),
      ...[this.branch3x3dbl_3a, this.branch3x3dbl_3b].map((layer) => layer.forward(double)),
      this.branch_pool.forward(average(x)),
    ];
    return cat(branches, 1);
  }
}
