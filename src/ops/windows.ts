import type { Op, WindowRule } from "../core/op.ts";
import { adaptiveAvgPool2dOp } from "./avg-pool/adaptive-avg-pool.ts";
import { avgPool2dOp } from "./avg-pool/avg-pool.ts";
import { adaptiveAvgPool2dWindow, avgPool2dWindow } from "./avg-pool/avg-pool.window.ts";
import { catOp } from "./cat/cat.ts";
import { catWindow } from "./cat/cat.window.ts";
import { channelShuffleOp } from "./channel-shuffle/channel-shuffle.ts";
import { channelShuffleWindow } from "./channel-shuffle/channel-shuffle.window.ts";
import { convTranspose2dOp } from "./convolution/conv-transpose2d.ts";
import { conv2dOp } from "./convolution/conv2d.ts";
import { conv2dWindow, convTranspose2dWindow } from "./convolution/convolution.window.ts";
import { gatherOp, scatterSumOp } from "./gather-scatter/gather-scatter.ts";
import { gatherWindow, scatterSumWindow } from "./gather-scatter/gather-scatter.window.ts";
import { layerNormOp } from "./layer-norm/layer-norm.ts";
import { layerNormWindow } from "./layer-norm/layer-norm.window.ts";
import { maxPool2dGatherOp, maxPool2dIndexOp, maxPool2dOp } from "./max-pool/max-pool.ts";
import { maxPool2dWindow } from "./max-pool/max-pool.window.ts";
import { permuteOp } from "./permute/permute.ts";
import { permuteWindow } from "./permute/permute.window.ts";
import { pixelShuffleOp, pixelUnshuffleOp } from "./pixel-shuffle/pixel-shuffle.ts";
import { pixelShuffleWindow, pixelUnshuffleWindow } from "./pixel-shuffle/pixel-shuffle.window.ts";
import { amaxOp } from "./reduce/amax.ts";
import { argmaxOp } from "./reduce/argmax.ts";
import { resample2dOp } from "./resample/resample.ts";
import { resample2dWindow } from "./resample/resample.window.ts";
import { flattenOp, reshapeOp, squeezeOp, unsqueezeOp } from "./reshape/reshape.ts";
import { reshapeWindow } from "./reshape/reshape.window.ts";
import { constantPadOp } from "./slice-pad/constant-pad.ts";
import { padOp } from "./slice-pad/pad.ts";
import { sliceOp, unsliceOp } from "./slice-pad/slice.ts";
import { constantPadWindow, padWindow, sliceWindow, unsliceWindow } from "./slice-pad/slice-pad.window.ts";
import { expandOp } from "./sum-expand/expand.ts";
import { sumOp } from "./sum-expand/sum.ts";
import { expandWindow, reductionWindow } from "./sum-expand/sum-expand.window.ts";
import { upsampleOp } from "./upsample/upsample.ts";
import { upsampleWindow } from "./upsample/upsample.window.ts";

/** What an index of the output depends on, for each op that doesn't depend on the whole input; one line a room. */
export const windows: ReadonlyMap<Op, WindowRule> = new Map<Op, WindowRule>([
  ...([
    [adaptiveAvgPool2dOp, adaptiveAvgPool2dWindow],
    [avgPool2dOp, avgPool2dWindow],
  ] as const),
  [catOp, catWindow],
  [channelShuffleOp, channelShuffleWindow],
  ...([
    [conv2dOp, conv2dWindow],
    [convTranspose2dOp, convTranspose2dWindow],
  ] as const),
  ...([
    [gatherOp, gatherWindow],
    [scatterSumOp, scatterSumWindow],
  ] as const),
  [layerNormOp, layerNormWindow],
  ...[maxPool2dOp, maxPool2dIndexOp, maxPool2dGatherOp].map((op) => [op, maxPool2dWindow] as const),
  [permuteOp, permuteWindow],
  ...([
    [pixelShuffleOp, pixelShuffleWindow],
    [pixelUnshuffleOp, pixelUnshuffleWindow],
  ] as const),
  ...[amaxOp, argmaxOp, sumOp].map((op) => [op, reductionWindow] as const),
  [resample2dOp, resample2dWindow],
  ...[flattenOp, reshapeOp, squeezeOp, unsqueezeOp].map((op) => [op, reshapeWindow] as const),
  ...([
    [constantPadOp, constantPadWindow],
    [padOp, padWindow],
  ] as const),
  ...([
    [sliceOp, sliceWindow],
    [unsliceOp, unsliceWindow],
  ] as const),
  [expandOp, expandWindow],
  [upsampleOp, upsampleWindow],
]);
