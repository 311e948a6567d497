import { ArgumentError } from "../core/errors.ts";
import * as nn from "../nn/index.ts";
import { cat, type Tensor } from "../tensor/index.ts";
import { BasicConv2d } from "./blocks/basic-conv.ts";
import type { ClassifierOptions } from "./blocks/options.ts";
import { transformInput } from "./blocks/transform-input.ts";

export interface GoogLeNetOptions extends ClassifierOptions {
  /** The two auxiliary heads, for training. Default false: torchvision's published weights have none. */
  readonly auxLogits?: boolean;
  /** For pictures that were normalised by ImageNet's statistics, as torchvision's published weights want. Default false. */
  readonly transformInput?: boolean;
}

/** Logits of the network and of its heads behind inception4a and inception4d, each [N, classes]. */
export interface GoogLeNetOutputs {
  readonly logits: Tensor;
  readonly aux1: Tensor;
  readonly aux2: Tensor;
}

type Widths = readonly [one: number, reduce3: number, three: number, reduce5: number, five: number, pool: number];

/** Four branches side by side; the "5x5" one has 3x3 kernels, as in torchvision's weights. */
class Inception extends nn.Module {
  branch1: BasicConv2d;
  branch2: nn.Sequential;
  branch3: nn.Sequential;
  branch4: nn.Sequential;

  constructor(inChannels: number, [one, reduce3, three, reduce5, five, pool]: Widths) {
    super();
    const pair = (reduced: number, channels: number) =>
      new nn.Sequential(new BasicConv2d(inChannels, reduced, 1), new BasicConv2d(reduced, channels, 3, { padding: 1 }));
    this.branch1 = new BasicConv2d(inChannels, one, 1);
    this.branch2 = pair(reduce3, three);
    this.branch3 = pair(reduce5, five);
    this.branch4 = new nn.Sequential(
      new nn.MaxPool2d(3, { stride: 1, padding: 1, ceilMode: true }),
      new BasicConv2d(inChannels, pool, 1),
    );
  }

  forward(x: Tensor): Tensor {
    const branches = [this.branch1, this.branch2, this.branch3, this.branch4];
    return cat(
      branches.map((branch) => branch.forward(x)),
      1,
    );
  }
}

class AuxiliaryHead extends nn.Module {
  pool = new nn.AdaptiveAvgPool2d(4);
  conv: BasicConv2d;
  fc1 = new nn.Linear(2048, 1024);
  fc2: nn.Linear;
  dropout = new nn.Dropout(0.7);

  constructor(inChannels: number, numClasses: number) {
    super();
    this.conv = new BasicConv2d(inChannels, 128, 1);
    this.fc2 = new nn.Linear(1024, numClasses);
  }

  forward(x: Tensor): Tensor {
    const features = this.conv.forward(this.pool.forward(x)).flatten(1);
    return this.fc2.forward(this.dropout.forward(this.fc1.forward(features).relu()));
  }
}

const pool = (size: number) => new nn.MaxPool2d(size, { stride: 2, ceilMode: true });

/** GoogLeNet with batch norm (Szegedy et al., "Going deeper with convolutions", 2015): [N, 3, 224, 224] → logits. */
export class GoogLeNet extends nn.Module {
  conv1 = new BasicConv2d(3, 64, 7, { stride: 2, padding: 3 });
  maxpool1 = pool(3);
  conv2 = new BasicConv2d(64, 64, 1);
  conv3 = new BasicConv2d(64, 192, 3, { padding: 1 });
  maxpool2 = pool(3);
  inception3a = new Inception(192, [64, 96, 128, 16, 32, 32]);
  inception3b = new Inception(256, [128, 128, 192, 32, 96, 64]);
  maxpool3 = pool(3);
  inception4a = new Inception(480, [192, 96, 208, 16, 48, 64]);
  inception4b = new Inception(512, [160, 112, 224, 24, 64, 64]);
  inception4c = new Inception(512, [128, 128, 256, 24, 64, 64]);
  inception4d = new Inception(512, [112, 144, 288, 32, 64, 64]);
  inception4e = new Inception(528, [256, 160, 320, 32, 128, 128]);
  maxpool4 = pool(2);
  inception5a = new Inception(832, [256, 160, 320, 32, 128, 128]);
  inception5b = new Inception(832, [384, 192, 384, 48, 128, 128]);
  aux1: AuxiliaryHead | null;
  aux2: AuxiliaryHead | null;
  avgpool = new nn.AdaptiveAvgPool2d(1);
  dropout = new nn.Dropout(0.2);
  fc: nn.Linear;
  readonly transformInput: boolean;

  constructor({ numClasses = 1000, auxLogits = false, transformInput = false }: GoogLeNetOptions = {}) {
    super();
    this.aux1 = auxLogits ? new AuxiliaryHead(512, numClasses) : null;
    this.aux2 = auxLogits ? new AuxiliaryHead(528, numClasses) : null;
    this.fc = new nn.Linear(1024, numClasses);
    this.transformInput = transformInput;
  }

  /** With `auxiliary`, the logits of the heads too. @throws ArgumentError where there are none. */
  forward(x: Tensor): Tensor;
  forward(x: Tensor, options: { readonly auxiliary: true }): GoogLeNetOutputs;
  forward(x: Tensor, options: { readonly auxiliary?: boolean } = {}): Tensor | GoogLeNetOutputs {
    if (this.transformInput) x = transformInput(x);
    x = this.maxpool1.forward(this.conv1.forward(x));
    x = this.maxpool2.forward(this.conv3.forward(this.conv2.forward(x)));
    x = this.maxpool3.forward(this.inception3b.forward(this.inception3a.forward(x)));
    const first = this.inception4a.forward(x);
    const second = this.inception4d.forward(this.inception4c.forward(this.inception4b.forward(first)));
    x = this.maxpool4.forward(this.inception4e.forward(second));
    x = this.inception5b.forward(this.inception5a.forward(x));
    const logits = this.fc.forward(this.dropout.forward(this.avgpool.forward(x).flatten(1)));
    if (!options.auxiliary) return logits;
    if (!this.aux1 || !this.aux2) throw new ArgumentError("GoogLeNet: has no heads. Make it with { auxLogits: true }.");
    return { logits, aux1: this.aux1.forward(first), aux2: this.aux2.forward(second) };
  }
}
