import * as ops from "../ops/index.ts";
import { rand, Tensor } from "../tensor/index.ts";

type Options<F extends (...args: never[]) => unknown, At extends number> = NonNullable<Parameters<F>[At]>;

/** x [N, Ci, H, W], weight [Co, Ci/groups, kh, kw], bias [Co] or null → [N, Co, Ho, Wo]. @throws ShapeError, ArgumentError */
export function conv2d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: Options<typeof ops.conv2d, 3> = {},
): Tensor {
  return new Tensor(ops.conv2d(x.node, weight.node, bias?.node ?? null, options));
}

/** x [N, Ci, H, W], weight [Ci, Co/groups, kh, kw], bias [Co] or null → [N, Co, Ho, Wo]. @throws ShapeError, ArgumentError */
export function convTranspose2d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: ops.ConvTranspose2dOptions = {},
): Tensor {
  return new Tensor(ops.convTranspose2d(x.node, weight.node, bias?.node ?? null, options));
}

/** x [.., I], weight [O, I], bias [O] or null → [.., O]. @throws ShapeError */
export function linear(x: Tensor, weight: Tensor, bias: Tensor | null): Tensor {
  return new Tensor(ops.linear(x.node, weight.node, bias?.node ?? null));
}

export function maxPool2d(x: Tensor, kernelSize: Options<typeof ops.maxPool2d, 1>, options: ops.MaxPool2dOptions = {}) {
  return new Tensor(ops.maxPool2d(x.node, kernelSize, options));
}

export type AvgPool2dOptions = Options<typeof ops.avgPool2d, 2>;

export function avgPool2d(x: Tensor, kernelSize: Options<typeof ops.avgPool2d, 1>, options: AvgPool2dOptions = {}) {
  return new Tensor(ops.avgPool2d(x.node, kernelSize, options));
}

/** [N, C, H, W] → [N, C, H', W'] by averages over equal parts; null keeps a size. */
export function adaptiveAvgPool2d(x: Tensor, outputSize: Options<typeof ops.adaptiveAvgPool2d, 1>): Tensor {
  return new Tensor(ops.adaptiveAvgPool2d(x.node, outputSize));
}

export type InterpolateOptions = Options<typeof ops.interpolate, 1>;

/** [N, C, H, W] → [N, C, H', W'], to `size` or by `scaleFactor`, "nearest" unless `mode` says otherwise. */
export function interpolate(x: Tensor, options: InterpolateOptions): Tensor {
  return new Tensor(ops.interpolate(x.node, options));
}

/** [N, C·r², H, W] → [N, C, H·r, W·r]. */
export function pixelShuffle(x: Tensor, upscaleFactor: number): Tensor {
  return new Tensor(ops.pixelShuffle(x.node, upscaleFactor));
}

/** [N, C, H·r, W·r] → [N, C·r², H, W]. */
export function pixelUnshuffle(x: Tensor, downscaleFactor: number): Tensor {
  return new Tensor(ops.pixelUnshuffle(x.node, downscaleFactor));
}

/** [N, C, H, W] → [N, C, H, W]: the channels of `groups` groups dealt out in turn. */
export function channelShuffle(x: Tensor, groups: number): Tensor {
  return new Tensor(ops.channelShuffle(x.node, groups));
}

/** Pads the last dimensions: `pad` is [left, right, top, bottom, …]. */
export function pad(x: Tensor, pad: readonly number[], mode: Options<typeof ops.pad, 2> = "constant", value = 0) {
  return new Tensor(ops.pad(x.node, pad, mode, value));
}

export const relu = (x: Tensor): Tensor => new Tensor(ops.relu(x.node));
export const relu6 = (x: Tensor): Tensor => new Tensor(ops.relu6(x.node));
export const silu = (x: Tensor): Tensor => new Tensor(ops.silu(x.node));
export const hardswish = (x: Tensor): Tensor => new Tensor(ops.hardswish(x.node));
export const hardsigmoid = (x: Tensor): Tensor => new Tensor(ops.hardsigmoid(x.node));
export const tanh = (x: Tensor): Tensor => new Tensor(ops.tanh(x.node));
export const sigmoid = (x: Tensor): Tensor => new Tensor(ops.sigmoid(x.node));

export function leakyRelu(x: Tensor, negativeSlope = 0.01): Tensor {
  return new Tensor(ops.leakyRelu(x.node, { negativeSlope }));
}

/** `weight` holds one slope, or one for each channel (dimension 1). */
export function prelu(x: Tensor, weight: Tensor): Tensor {
  return new Tensor(ops.prelu(x.node, weight.node));
}

export function elu(x: Tensor, alpha = 1): Tensor {
  return new Tensor(ops.elu(x.node, { alpha }));
}

export function gelu(x: Tensor, options: Options<typeof ops.gelu, 1> = {}): Tensor {
  return new Tensor(ops.gelu(x.node, options));
}

export function softplus(x: Tensor, options: Options<typeof ops.softplus, 1> = {}): Tensor {
  return new Tensor(ops.softplus(x.node, options));
}

export function softmax(x: Tensor, dim: number): Tensor {
  return new Tensor(ops.softmax(x.node, dim));
}

export function logSoftmax(x: Tensor, dim: number): Tensor {
  return new Tensor(ops.logSoftmax(x.node, dim));
}

/**
 * Zeroes elements with probability `p` and scales the others by 1 / (1 - p). Its place in the random stream is taken
 * now, so the mask is the same for backward and for a second computation.
 * @throws ArgumentError for p outside [0, 1].
 */
export function dropout(x: Tensor, p = 0.5, training = true): Tensor {
  return training ? new Tensor(ops.dropout(x.node, rand(x.shape).node, p)) : x;
}

/** Zeroes whole channels of [N, C, …]. */
export function dropout2d(x: Tensor, p = 0.5, training = true): Tensor {
  const mask = x.shape.map((size, axis) => (axis < 2 ? size : 1));
  return training ? new Tensor(ops.dropout(x.node, rand(mask).node, p)) : x;
}

/**
 * Drops a branch: for whole samples of [N, …] with probability `p`, scaling the others by 1 / (1 - p) (Huang et al.,
 * "Deep networks with stochastic depth", 2016). `mode` "batch" drops it for all samples or none.
 */
export function stochasticDepth(x: Tensor, p: number, mode: "row" | "batch" = "row", training = true): Tensor {
  const mask = x.shape.map((size, axis) => (axis === 0 && mode === "row" ? size : 1));
  return training && p > 0 ? new Tensor(ops.dropout(x.node, rand(mask).node, p)) : x;
}

/** Weight and bias have the sizes `normalizedShape`, those of the last dimensions of x; null for both leaves them out. */
export function layerNorm(
  x: Tensor,
  normalizedShape: readonly number[],
  weight: Tensor | null = null,
  bias: Tensor | null = null,
  eps = 1e-5,
): Tensor {
  return new Tensor(
    ops.layerNorm(x.node, normalizedShape, { weight: weight?.node ?? null, bias: bias?.node ?? null, eps }),
  );
}

export type Reduction = ops.Reduction;

export function mseLoss(x: Tensor, target: Tensor, options: Options<typeof ops.mseLoss, 2> = {}): Tensor {
  return new Tensor(ops.mseLoss(x.node, target.node, options));
}

export function l1Loss(x: Tensor, target: Tensor, options: Options<typeof ops.l1Loss, 2> = {}): Tensor {
  return new Tensor(ops.l1Loss(x.node, target.node, options));
}

export function smoothL1Loss(x: Tensor, target: Tensor, options: Options<typeof ops.smoothL1Loss, 2> = {}): Tensor {
  return new Tensor(ops.smoothL1Loss(x.node, target.node, options));
}

/** Logits [N, C, …] against int32 classes [N, …] or float32 probabilities [N, C, …]. */
export function crossEntropy(x: Tensor, target: Tensor, options: Options<typeof ops.crossEntropy, 2> = {}): Tensor {
  return new Tensor(ops.crossEntropy(x.node, target.node, options));
}

/** Log-probabilities [N, C, …] against int32 classes [N, …]. */
export function nllLoss(x: Tensor, target: Tensor, options: Options<typeof ops.nllLoss, 2> = {}): Tensor {
  return new Tensor(ops.nllLoss(x.node, target.node, options));
}

export function binaryCrossEntropyWithLogits(
  x: Tensor,
  target: Tensor,
  options: Options<typeof ops.bceWithLogits, 2> = {},
): Tensor {
  return new Tensor(ops.bceWithLogits(x.node, target.node, options));
}
