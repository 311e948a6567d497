import { Espcn } from "../models/index.ts";
import * as nn from "../nn/index.ts";
import type { Tensor } from "../tensor/index.ts";

/** Four 5 × 5 convolutions, 1-20-64-20-3, each with its ReLU. */
class HeadAndTail extends nn.Module {
  head = new nn.Sequential(new nn.Conv2d(1, 20, 5), new nn.ReLU(), new nn.Conv2d(20, 64, 5), new nn.ReLU());
  tail = new nn.Sequential(new nn.Conv2d(64, 20, 5), new nn.ReLU(), new nn.Conv2d(20, 3, 5), new nn.ReLU());

  forward(x: Tensor): Tensor {
    return this.tail.forward(this.head.forward(x));
  }
}

/** [N, 1, 28, 28] → [N, 10], with two batch norms. */
class Classifier extends nn.Module {
  features = new nn.Sequential(
    new nn.Conv2d(1, 8, 3, { padding: 1, bias: false }),
    new nn.BatchNorm2d(8),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Conv2d(8, 12, 3, { stride: 2, bias: false }),
    new nn.BatchNorm2d(12),
    new nn.ReLU(),
    new nn.AdaptiveAvgPool2d(3),
  );
  classifier = new nn.Linear(108, 10);

  forward(x: Tensor): Tensor {
    return this.classifier.forward(this.features.forward(x).flatten(1));
  }
}

/** The networks of the training runs in the golden files. */
export const goldenNetworks: Readonly<Record<string, () => nn.Layer>> = {
  espcn_x2: () => new Espcn(2),
  espcn_x3: () => new Espcn(3),
  espcn_x4: () => new Espcn(4),
  network: () => new HeadAndTail(),
  classifier: () => new Classifier(),
};
