import type { Op } from "../core/op.ts";
import { activationOps } from "./activation/index.ts";
import { adaptiveAvgPool2dOp } from "./avg-pool/adaptive-avg-pool.ts";
import { avgPool2dOp } from "./avg-pool/avg-pool.ts";
import { batchNormOps } from "./batch-norm/index.ts";
import { catOp, stackOp } from "./cat/cat.ts";
import { channelShuffleOp } from "./channel-shuffle/channel-shuffle.ts";
import { convTranspose2dOp } from "./convolution/conv-transpose2d.ts";
import { conv2dOp } from "./convolution/conv2d.ts";
import { conv2dWeightGradientOp } from "./convolution/weight-gradient.ts";
import { dropoutOps } from "./dropout/index.ts";
import { elementwiseOps } from "./elementwise/index.ts";
import { gatherScatterOps } from "./gather-scatter/index.ts";
import { layerNormOp } from "./layer-norm/layer-norm.ts";
import { linearOp } from "./linear/linear.ts";
import { lossOps } from "./loss/index.ts";
import { matmulOp } from "./matmul/matmul.ts";
import { maxPool2dGatherOp, maxPool2dGradientOp, maxPool2dIndexOp, maxPool2dOp } from "./max-pool/max-pool.ts";
import { permuteOp } from "./permute/permute.ts";
import { pixelShuffleOp, pixelUnshuffleOp } from "./pixel-shuffle/pixel-shuffle.ts";
import { uniformOp } from "./random/index.ts";
import { reduceOps } from "./reduce/index.ts";
import { resample2dOp } from "./resample/resample.ts";
import { flattenOp, reshapeOp, squeezeOp, unsqueezeOp } from "./reshape/reshape.ts";
import { constantPadOp } from "./slice-pad/constant-pad.ts";
import { padOp } from "./slice-pad/pad.ts";
import { sliceOp, unsliceOp } from "./slice-pad/slice.ts";
import { softmaxOps } from "./softmax/index.ts";
import { sumExpandOps } from "./sum-expand/index.ts";
import { updateOps } from "./update/index.ts";
import { upsampleOp } from "./upsample/upsample.ts";

export * from "./activation/index.ts";
export * from "./avg-pool/adaptive-avg-pool.ts";
export * from "./avg-pool/avg-pool.ts";
export * from "./batch-norm/index.ts";
export * from "./cat/cat.ts";
export * from "./channel-shuffle/channel-shuffle.ts";
export * from "./convolution/conv-transpose2d.ts";
export * from "./convolution/conv2d.ts";
export * from "./convolution/weight-gradient.ts";
export * from "./dropout/index.ts";
export * from "./elementwise/index.ts";
export * from "./gather-scatter/index.ts";
export * from "./layer-norm/layer-norm.ts";
export * from "./linear/linear.ts";
export * from "./loss/index.ts";
export * from "./matmul/matmul.ts";
export * from "./max-pool/max-pool.ts";
export * from "./permute/permute.ts";
export * from "./pixel-shuffle/pixel-shuffle.ts";
export * from "./random/index.ts";
export * from "./reduce/index.ts";
export * from "./resample/resample.ts";
export * from "./reshape/reshape.ts";
export * from "./slice-pad/constant-pad.ts";
export * from "./slice-pad/pad.ts";
export * from "./slice-pad/slice.ts";
export * from "./softmax/index.ts";
export * from "./sum-expand/index.ts";
export * from "./update/index.ts";
export * from "./upsample/upsample.ts";

/** Every op there is, one line a room: a room that is not in this list does not exist for devices and formats. */
export const ops: readonly Op[] = [
  ...activationOps,
  ...[adaptiveAvgPool2dOp, avgPool2dOp],
  ...batchNormOps,
  ...[catOp, stackOp],
  ...[channelShuffleOp],
  ...[conv2dOp, convTranspose2dOp, conv2dWeightGradientOp],
  ...dropoutOps,
  ...elementwiseOps,
  ...gatherScatterOps,
  ...[layerNormOp],
  ...[linearOp],
  ...lossOps,
  ...[matmulOp],
  ...[maxPool2dGatherOp, maxPool2dGradientOp, maxPool2dIndexOp, maxPool2dOp],
  ...[permuteOp],
  ...[pixelShuffleOp, pixelUnshuffleOp],
  ...[uniformOp],
  ...reduceOps,
  ...[resample2dOp],
  ...[flattenOp, reshapeOp, squeezeOp, unsqueezeOp],
  ...[constantPadOp, padOp, sliceOp, unsliceOp],
  ...softmaxOps,
  ...sumExpandOps,
  ...updateOps,
  ...[upsampleOp],
];
