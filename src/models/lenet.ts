import * as nn from "../nn/index.ts";
import type { Tensor } from "../tensor/index.ts";

/**
 * The LeNet of Caffe's MNIST example, with ReLU: two 5x5 convolutions of 20 and 50 channels, each pooled by 2, and a
 * hidden layer of 500. [N, 1, 28, 28] → logits [N, classes].
 */
export class LeNet extends nn.Module {
  conv1 = new nn.Conv2d(1, 20, 5);
  conv2 = new nn.Conv2d(20, 50, 5);
  pool = new nn.MaxPool2d(2);
  flatten = new nn.Flatten();
  fc1 = new nn.Linear(800, 500);
  fc2: nn.Linear;

  constructor(options: { classes?: number } = {}) {
    super();
    this.fc2 = new nn.Linear(500, options.classes ?? 10);
  }

  forward(x: Tensor): Tensor {
    x = this.pool.forward(this.conv1.forward(x).relu());
    x = this.pool.forward(this.conv2.forward(x).relu());
    return this.fc2.forward(this.fc1.forward(this.flatten.forward(x)).relu());
  }
}
