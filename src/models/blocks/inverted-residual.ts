import * as nn from "../../nn/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { ConvNormActivation, type Norm } from "./conv-norm-activation.ts";

export interface InvertedResidualOptions {
  readonly inChannels: number;
  /** Channels between: what the depthwise convolution works on. */
  readonly expanded: number;
  readonly outChannels: number;
  readonly kernelSize: number;
  readonly stride: number;
  readonly norm: Norm;
  readonly activation: () => nn.Layer;
  /** Makes a squeeze-and-excitation for the expanded channels. */
  readonly squeeze?: (() => nn.Layer) | null;
  /** The probability that training drops the block. Default 0. */
  readonly dropProbability?: number;
  /** True: one full convolution does the work of the expansion and the depthwise one. */
  readonly fused?: boolean;
}

/**
 * Expand, convolve each channel, squeeze and excite, project, and add the input where shapes allow: the block of
 * MobileNetV3 and EfficientNet ("MBConv"), and of EfficientNetV2 ("fused"). Its layers are `block.0`, `block.1`, …
 */
export class InvertedResidual extends nn.Module {
  block: nn.Sequential;
  stochastic_depth: nn.StochasticDepth;
  readonly #residual: boolean;

  constructor(options: InvertedResidualOptions) {
    super();
    const { inChannels, outChannels, stride, dropProbability = 0 } = options;
    this.block = new nn.Sequential(...(options.fused ? fused(options) : separate(options)));
    this.stochastic_depth = new nn.StochasticDepth(dropProbability);
    this.#residual = stride === 1 && inChannels === outChannels;
  }

  forward(x: Tensor): Tensor {
    const output = this.block.forward(x);
    return this.#residual ? x.add(this.stochastic_depth.forward(output)) : output;
  }
}

function separate(options: InvertedResidualOptions): nn.Layer[] {
  const { inChannels, expanded, outChannels, kernelSize, stride, norm, activation, squeeze } = options;
  return [
    ...(expanded === inChannels
      ? []
      : [new ConvNormActivation(inChannels, expanded, { kernelSize: 1, norm, activation })]),
    new ConvNormActivation(expanded, expanded, { kernelSize, stride, groups: expanded, norm, activation }),
    ...(squeeze ? [squeeze()] : []),
    new ConvNormActivation(expanded, outChannels, { kernelSize: 1, norm, activation: null }),
  ];
}

function fused({ inChannels, expanded, outChannels, ...rest }: InvertedResidualOptions): nn.Layer[] {
  const { kernelSize, stride, norm, activation } = rest;
  if (expanded === inChannels) {
    return [new ConvNormActivation(inChannels, outChannels, { kernelSize, stride, norm, activation })];
  }
  return [
    new ConvNormActivation(inChannels, expanded, { kernelSize, stride, norm, activation }),
    new ConvNormActivation(expanded, outChannels, { kernelSize: 1, norm, activation: null }),
  ];
}
