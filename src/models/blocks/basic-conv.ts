import * as nn from "../../nn/index.ts";
import type { Tensor } from "../../tensor/index.ts";

/** A convolution without bias, batch norm and ReLU, as GoogLeNet and Inception name them: `conv`, `bn`. */
export class BasicConv2d extends nn.Module {
  conv: nn.Conv2d;
  bn: nn.BatchNorm2d;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | nn.Pair,
    options: Omit<nn.ConvolutionOptions, "bias"> = {},
  ) {
    super();
    this.conv = new nn.Conv2d(inChannels, outChannels, kernelSize, { ...options, bias: false });
    this.bn = new nn.BatchNorm2d(outChannels, { eps: 1e-3 });
  }

  forward(x: Tensor): Tensor {
    return this.bn.forward(this.conv.forward(x)).relu();
  }
}
