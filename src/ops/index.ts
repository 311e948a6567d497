import type { Op } from "../core/op.ts";
import { activationOps } from "./activation/index.ts";
import { batchNormOps } from "./batch-norm/index.ts";
import { catOp, stackOp } from "./cat/cat.ts";
import { convTranspose2dOp } from "./convolution/conv-transpose2d.ts";
import { conv2dOp } from "./convolution/conv2d.ts";
import { conv2dWeightGradientOp } from "./convolution/weight-gradient.ts";
import { dropoutOps } from "./dropout/index.ts";
import { elementwiseOps } from "./elementwise/index.ts";
import { gatherScatterOps } from "./gather-scatter/index.ts";
import { lossOps } from "./loss/index.ts";
import { permuteOp } from "./permute/permute.ts";
import { pixelShuffleOp, pixelUnshuffleOp } from "./pixel-shuffle/pixel-shuffle.ts";
import { reduceOps } from "./reduce/index.ts";
import { flattenOp, reshapeOp, squeezeOp, unsqueezeOp } from "./reshape/reshape.ts";
import { constantPadOp } from "./slice-pad/constant-pad.ts";
import { sliceOp, unsliceOp } from "./slice-pad/slice.ts";
import { softmaxOps } from "./softmax/index.ts";
import { sumExpandOps } from "./sum-expand/index.ts";

export * from "./activation/index.ts";
export * from "./batch-norm/index.ts";
export * from "./cat/cat.ts";
export * from "./convolution/conv-transpose2d.ts";
export * from "./convolution/conv2d.ts";
export * from "./convolution/weight-gradient.ts";
export * from "./dropout/index.ts";
export * from "./elementwise/index.ts";
export * from "./gather-scatter/index.ts";
export * from "./loss/index.ts";
export * from "./permute/permute.ts";
export * from "./pixel-shuffle/pixel-shuffle.ts";
export * from "./reduce/index.ts";
export * from "./reshape/reshape.ts";
export * from "./slice-pad/constant-pad.ts";
export * from "./slice-pad/slice.ts";
export * from "./softmax/index.ts";
export * from "./sum-expand/index.ts";

/** Every op there is, one line a room: a room that is not in this list does not exist for devices and formats. */
export const ops: readonly Op[] = [
  ...activationOps,
  ...batchNormOps,
  ...[catOp, stackOp],
  ...[constantPadOp, sliceOp, unsliceOp],
  ...[conv2dOp, convTranspose2dOp, conv2dWeightGradientOp],
  ...dropoutOps,
  ...elementwiseOps,
  ...[flattenOp, reshapeOp, squeezeOp, unsqueezeOp],
  ...gatherScatterOps,
  ...lossOps,
  ...[permuteOp],
  ...[pixelShuffleOp, pixelUnshuffleOp],
  ...reduceOps,
  ...softmaxOps,
  ...sumExpandOps,
];
