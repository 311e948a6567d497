import type { Op } from "../core/op.ts";
import { catOp, stackOp } from "./cat/cat.ts";
import { convTranspose2dOp } from "./convolution/conv-transpose2d.ts";
import { conv2dOp } from "./convolution/conv2d.ts";
import { conv2dWeightGradientOp } from "./convolution/weight-gradient.ts";
import { elementwiseOps } from "./elementwise/index.ts";
import { linearOp } from "./linear/linear.ts";
import { matmulOp } from "./matmul/matmul.ts";
import { permuteOp } from "./permute/permute.ts";
import { pixelShuffleOp, pixelUnshuffleOp } from "./pixel-shuffle/pixel-shuffle.ts";
import { reduceOps } from "./reduce/index.ts";
import { flattenOp, reshapeOp, squeezeOp, unsqueezeOp } from "./reshape/reshape.ts";
import { constantPadOp } from "./slice-pad/constant-pad.ts";
import { sliceOp, unsliceOp } from "./slice-pad/slice.ts";
import { sumExpandOps } from "./sum-expand/index.ts";

/** Every op there is, one line a room: a room that is not in this list does not exist for devices and formats. */
export const ops: readonly Op[] = [
  ...[catOp, stackOp],
  ...[conv2dOp, convTranspose2dOp, conv2dWeightGradientOp],
  ...elementwiseOps,
  ...[linearOp],
  ...[matmulOp],
  ...[permuteOp],
  ...[pixelShuffleOp, pixelUnshuffleOp],
  ...reduceOps,
  ...[flattenOp, reshapeOp, squeezeOp, unsqueezeOp],
  ...[constantPadOp, sliceOp, unsliceOp],
  ...sumExpandOps,
];
