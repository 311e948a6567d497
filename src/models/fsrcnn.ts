import { ArgumentError } from "../core/errors.ts";
import * as nn from "../nn/index.ts";
import type { Tensor } from "../tensor/index.ts";

/**
 * FSRCNN (Dong et al., "Accelerating the super-resolution convolutional neural network", 2016): d features, shrunk to s
 * for m mapping layers, enlarged by a transposed convolution: [N, 1, H, W] → [N, 1, H·scale, W·scale].
 * @throws ArgumentError for a scale that is not whole, or below 1.
 */
export class Fsrcnn extends nn.Module {
  extract: nn.Sequential;
  map: nn.Sequential;
  deconvolve: nn.ConvTranspose2d;

  constructor(scale: number, options: { d?: number; s?: number; m?: number } = {}) {
    super();
    if (!Number.isInteger(scale) || scale < 1) {
      throw new ArgumentError(`fsrcnn: scale needs a whole number from 1, got ${scale}`);
    }
    const { d = 56, s = 12, m = 4 } = options;
    const prelu = (channels: number) => new nn.PReLU({ numParameters: channels });
    this.extract = new nn.Sequential(new nn.Conv2d(1, d, 5, { padding: 2 }), prelu(d));
    const mapping = Array.from({ length: m }, () => [new nn.Conv2d(s, s, 3, { padding: 1 }), prelu(s)]);
    this.map = new nn.Sequential(new nn.Conv2d(d, s, 1), prelu(s), ...mapping.flat(), new nn.Conv2d(s, d, 1), prelu(d));
    const outputPadding = scale - 1;
    this.deconvolve = new nn.ConvTranspose2d(d, 1, 9, { stride: scale, padding: 4, outputPadding });
  }

  forward(x: Tensor): Tensor {
    return this.deconvolve.forward(this.map.forward(this.extract.forward(x)));
  }
}
