import * as nn from "../nn/index.ts";
import type { Tensor } from "../tensor/index.ts";

/**
 * SRCNN 9-1-5 (Dong et al., "Image super-resolution using deep convolutional networks", 2014): sharpens a picture that
 * was enlarged by bicubic interpolation, [N, 1, H, W] → [N, 1, H, W].
 */
export class Srcnn extends nn.Module {
  conv1 = new nn.Conv2d(1, 64, 9, { padding: 4 });
  conv2 = new nn.Conv2d(64, 32, 1);
  conv3 = new nn.Conv2d(32, 1, 5, { padding: 2 });

  forward(x: Tensor): Tensor {
    return this.conv3.forward(this.conv2.forward(this.conv1.forward(x).relu()).relu());
  }
}
