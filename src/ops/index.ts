import type { Op } from "../core/op.ts";
import { adaptiveAvgPool2dOp } from "./avg-pool/adaptive-avg-pool.ts";
import { avgPool2dOp } from "./avg-pool/avg-pool.ts";
import { catOp, stackOp } from "./cat/cat.ts";
import { convTranspose2dOp } from "./convolution/conv-transpose2d.ts";
import { conv2dOp } from "./convolution/conv2d.ts";
import { conv2dWeightGradientOp } from "./convolution/weight-gradient.ts";
import { elementwiseOps } from "./elementwise/index.ts";
import { maxPool2dGatherOp, maxPool2dGradientOp, maxPool2dIndexOp, maxPool2dOp } from "./max-pool/max-pool.ts";
import { permuteOp } from "./permute/permute.ts";
import { pixelShuffleOp, pixelUnshuffleOp } from "./pixel-shuffle/pixel-shuffle.ts";
import { reduceOps } from "./reduce/index.ts";
import { resample2dOp } from "./resample/resample.ts";
import { flattenOp, reshapeOp, squeezeOp, unsqueezeOp } from "./reshape/reshape.ts";
import { constantPadOp } from "./slice-pad/constant-pad.ts";
import { padOp } from "./slice-pad/pad.ts";
import { sliceOp, unsliceOp } from "./slice-pad/slice.ts";
import { sumExpandOps } from "./sum-expand/index.ts";
import { upsampleOp } from "./upsample/upsample.ts";

/** Every op there is, one line a room: a room that is not in this list does not exist for devices and formats. */
export const ops: readonly Op[] = [
  ...[adaptiveAvgPool2dOp, avgPool2dOp],
  ...[catOp, stackOp],
  ...[conv2dOp, convTranspose2dOp, conv2dWeightGradientOp],
  ...elementwiseOps,
  ...[maxPool2dGatherOp, maxPool2dGradientOp, maxPool2dIndexOp, maxPool2dOp],
  ...[permuteOp],
  ...[pixelShuffleOp, pixelUnshuffleOp],
  ...reduceOps,
  ...[resample2dOp],
  ...[flattenOp, reshapeOp, squeezeOp, unsqueezeOp],
  ...[constantPadOp, padOp, sliceOp, unsliceOp],
  ...sumExpandOps,
  ...[upsampleOp],
];
