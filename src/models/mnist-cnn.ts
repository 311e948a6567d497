import * as nn from "../nn/index.ts";
import type { Tensor } from "../tensor/index.ts";

/** A small network for digits with batch norm and dropout: [N, 1, 28, 28] → logits [N, classes]. */
export class MnistCnn extends nn.Module {
  features = new nn.Sequential(
    new nn.Conv2d(1, 16, 3, { padding: 1, bias: false }),
    new nn.BatchNorm2d(16),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Conv2d(16, 32, 3, { padding: 1, bias: false }),
    new nn.BatchNorm2d(32),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
  );
  classifier: nn.Sequential;

  constructor(classes = 10) {
    super();
    this.classifier = new nn.Sequential(
      new nn.Flatten(),
      new nn.Linear(32 * 7 * 7, 128),
      new nn.ReLU(),
      new nn.Dropout(0.25),
      new nn.Linear(128, classes),
    );
  }

  forward(x: Tensor): Tensor {
    return this.classifier.forward(this.features.forward(x));
  }
}
