import * as nn from "../../nn/index.ts";

/** Makes a layer for a number of channels. */
export type Norm = (channels: number) => nn.Layer;

export interface ConvNormActivationOptions {
  /** Default 3. */
  readonly kernelSize?: number | nn.Pair;
  readonly stride?: number;
  /** Default: what keeps the size at stride 1. */
  readonly padding?: number | nn.Pair;
  readonly groups?: number;
  /** Default batch norm. */
  readonly norm?: Norm;
  /** Makes the last layer; null leaves it out. Default ReLU. */
  readonly activation?: (() => nn.Layer) | null;
  /** Default false: the norm behind has one. */
  readonly bias?: boolean;
}

export const relu = () => new nn.ReLU();
export const batchNorm: Norm = (channels) => new nn.BatchNorm2d(channels);

/** A convolution ("0"), a norm ("1") and an activation ("2"): [N, Ci, H, W] → [N, Co, H', W']. */
export class ConvNormActivation extends nn.Sequential {
  constructor(inChannels: number, outChannels: number, options: ConvNormActivationOptions = {}) {
    const { kernelSize = 3, stride = 1, groups = 1, norm = batchNorm, activation = relu, bias = false } = options;
    const {
      padding = Array.isArray(kernelSize) ? half(kernelSize as nn.Pair) : half([kernelSize, kernelSize] as nn.Pair),
    } = options;
    const conv = new nn.Conv2d(inChannels, outChannels, kernelSize, { stride, padding, groups, bias });
    super(conv, norm(outChannels), ...(activation ? [activation()] : []));
  }
}

const half = ([height, width]: nn.Pair): nn.Pair => [Math.floor((height - 1) / 2), Math.floor((width - 1) / 2)];
