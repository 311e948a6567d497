import { ArgumentError } from "../core/errors.ts";
import * as nn from "../nn/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { BasicConv2d } from "./blocks/basic-conv.ts";
import { InceptionA, InceptionB, InceptionC, InceptionD, InceptionE } from "./blocks/inception.ts";
import type { ClassifierOptions } from "./blocks/options.ts";
import { transformInput } from "./blocks/transform-input.ts";

export interface InceptionV3Options extends ClassifierOptions {
  /** The auxiliary head, for training. Default true, as in torchvision and its published weights. */
  readonly auxLogits?: boolean;
  /** For pictures that were normalised by ImageNet's statistics, as torchvision's published weights want. Default false. */
  readonly transformInput?: boolean;
}

/** Logits of the network and of its head behind Mixed_6e, each [N, classes]. */
export interface InceptionV3Outputs {
  readonly logits: Tensor;
  readonly aux: Tensor;
}

class AuxiliaryHead extends nn.Module {
  pool = new nn.AvgPool2d(5, { stride: 3 });
  conv0 = new BasicConv2d(768, 128, 1);
  conv1 = new BasicConv2d(128, 768, 5);
  avgpool = new nn.AdaptiveAvgPool2d(1);
  fc: nn.Linear;

  constructor(numClasses: number) {
    super();
    this.fc = new nn.Linear(768, numClasses);
  }

  forward(x: Tensor): Tensor {
    const features = this.conv1.forward(this.conv0.forward(this.pool.forward(x)));
    return this.fc.forward(this.avgpool.forward(features).flatten(1));
  }
}

/** Inception v3 (Szegedy et al., "Rethinking the Inception architecture for computer vision", 2016): [N, 3, 299, 299] → logits. */
export class InceptionV3 extends nn.Module {
  Conv2d_1a_3x3 = new BasicConv2d(3, 32, 3, { stride: 2 });
  Conv2d_2a_3x3 = new BasicConv2d(32, 32, 3);
  Conv2d_2b_3x3 = new BasicConv2d(32, 64, 3, { padding: 1 });
  maxpool1 = new nn.MaxPool2d(3, { stride: 2 });
  Conv2d_3b_1x1 = new BasicConv2d(64, 80, 1);
  Conv2d_4a_3x3 = new BasicConv2d(80, 192, 3);
  maxpool2 = new nn.MaxPool2d(3, { stride: 2 });
  Mixed_5b = new InceptionA(192, 32);
  Mixed_5c = new InceptionA(256, 64);
  Mixed_5d = new InceptionA(288, 64);
  Mixed_6a = new InceptionB(288);
  Mixed_6b = new InceptionC(768, 128);
  Mixed_6c = new InceptionC(768, 160);
  Mixed_6d = new InceptionC(768, 160);
  Mixed_6e = new InceptionC(768, 192);
  AuxLogits: AuxiliaryHead | null;
  Mixed_7a = new InceptionD(768);
  Mixed_7b = new InceptionE(1280);
  Mixed_7c = new InceptionE(2048);
  avgpool = new nn.AdaptiveAvgPool2d(1);
  dropout = new nn.Dropout();
  fc: nn.Linear;
  readonly transformInput: boolean;

  constructor({ numClasses = 1000, auxLogits = true, transformInput = false }: InceptionV3Options = {}) {
    super();
    this.AuxLogits = auxLogits ? new AuxiliaryHead(numClasses) : null;
    this.fc = new nn.Linear(2048, numClasses);
    this.transformInput = transformInput;
  }

  /** With `auxiliary`, the logits of the head too. @throws ArgumentError where there is none. */
  forward(x: Tensor): Tensor;
  forward(x: Tensor, options: { readonly auxiliary: true }): InceptionV3Outputs;
  forward(x: Tensor, options: { readonly auxiliary?: boolean } = {}): Tensor | InceptionV3Outputs {
    if (this.transformInput) x = transformInput(x);
    x = this.Conv2d_2b_3x3.forward(this.Conv2d_2a_3x3.forward(this.Conv2d_1a_3x3.forward(x)));
    x = this.Conv2d_4a_3x3.forward(this.Conv2d_3b_1x1.forward(this.maxpool1.forward(x)));
    x = this.Mixed_5b.forward(this.maxpool2.forward(x));
    x = this.Mixed_6a.forward(this.Mixed_5d.forward(this.Mixed_5c.forward(x)));
    const middle = this.Mixed_6e.forward(this.Mixed_6d.forward(this.Mixed_6c.forward(this.Mixed_6b.forward(x))));
    x = this.Mixed_7c.forward(this.Mixed_7b.forward(this.Mixed_7a.forward(middle)));
    const logits = this.fc.forward(this.dropout.forward(this.avgpool.forward(x)).flatten(1));
    if (!options.auxiliary) return logits;
    if (!this.AuxLogits) throw new ArgumentError("InceptionV3: has no head. Make it with { auxLogits: true }.");
    return { logits, aux: this.AuxLogits.forward(middle) };
  }
}
