import type { Op } from "../core/op.ts";
import { catOp, stackOp } from "./cat/cat.ts";
import { permuteOp } from "./permute/permute.ts";
import { pixelShuffleOp, pixelUnshuffleOp } from "./pixel-shuffle/pixel-shuffle.ts";
import { flattenOp, reshapeOp, squeezeOp, unsqueezeOp } from "./reshape/reshape.ts";
import { constantPadOp } from "./slice-pad/constant-pad.ts";
import { sliceOp, unsliceOp } from "./slice-pad/slice.ts";

/** Every op that there is, one line a room. */
export const ops: readonly Op[] = [
  ...[catOp, stackOp],
  ...[permuteOp],
  ...[pixelShuffleOp, pixelUnshuffleOp],
  ...[flattenOp, reshapeOp, squeezeOp, unsqueezeOp],
  ...[constantPadOp, sliceOp, unsliceOp],
];
