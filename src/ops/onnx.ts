import type { OnnxRule } from "../core/onnx.ts";
import type { Op } from "../core/op.ts";
import * as activation from "./activation/activation.onnx.ts";
import * as activations from "./activation/index.ts";
import { adaptiveAvgPool2dOp } from "./avg-pool/adaptive-avg-pool.ts";
import { adaptiveAvgPool2dOnnx, avgPool2dOnnx } from "./avg-pool/avg-pool.onnx.ts";
import { avgPool2dOp } from "./avg-pool/avg-pool.ts";
import { batchNorm2dOnnx } from "./batch-norm/batch-norm.onnx.ts";
import { batchNorm2dOp } from "./batch-norm/index.ts";
import { catOnnx } from "./cat/cat.onnx.ts";
import { catOp } from "./cat/cat.ts";
import { channelShuffleOnnx } from "./channel-shuffle/channel-shuffle.onnx.ts";
import { channelShuffleOp } from "./channel-shuffle/channel-shuffle.ts";
import { convTranspose2dOp } from "./convolution/conv-transpose2d.ts";
import { conv2dOp } from "./convolution/conv2d.ts";
import { conv2dOnnx, convTranspose2dOnnx } from "./convolution/convolution.onnx.ts";
import * as elementwise from "./elementwise/elementwise.onnx.ts";
import * as elements from "./elementwise/index.ts";
import { gatherOnnx, scatterSumOnnx } from "./gather-scatter/gather-scatter.onnx.ts";
import { gatherOp, scatterSumOp } from "./gather-scatter/gather-scatter.ts";
import { layerNormOnnx } from "./layer-norm/layer-norm.onnx.ts";
import { layerNormOp } from "./layer-norm/layer-norm.ts";
import { linearOnnx } from "./linear/linear.onnx.ts";
import { linearOp } from "./linear/linear.ts";
import { matmulOnnx } from "./matmul/matmul.onnx.ts";
import { matmulOp } from "./matmul/matmul.ts";
import { maxPool2dOnnx } from "./max-pool/max-pool.onnx.ts";
import { maxPool2dOp } from "./max-pool/max-pool.ts";
import { permuteOnnx } from "./permute/permute.onnx.ts";
import { permuteOp } from "./permute/permute.ts";
import { pixelShuffleOnnx, pixelUnshuffleOnnx } from "./pixel-shuffle/pixel-shuffle.onnx.ts";
import { pixelShuffleOp, pixelUnshuffleOp } from "./pixel-shuffle/pixel-shuffle.ts";
import { uniformOp } from "./random/index.ts";
import { uniformOnnx } from "./random/uniform.onnx.ts";
import { amaxOp, argmaxOp, meanOp } from "./reduce/index.ts";
import { amaxOnnx, argmaxOnnx, meanOnnx } from "./reduce/reduce.onnx.ts";
import { resample2dOnnx } from "./resample/resample.onnx.ts";
import { resample2dOp } from "./resample/resample.ts";
import { flattenOnnx, reshapeOnnx, squeezeOnnx, unsqueezeOnnx } from "./reshape/reshape.onnx.ts";
import { flattenOp, reshapeOp, squeezeOp, unsqueezeOp } from "./reshape/reshape.ts";
import { constantPadOp } from "./slice-pad/constant-pad.ts";
import { padOp } from "./slice-pad/pad.ts";
import { sliceOp, unsliceOp } from "./slice-pad/slice.ts";
import { constantPadOnnx, padOnnx, sliceOnnx, unsliceOnnx } from "./slice-pad/slice-pad.onnx.ts";
import { logSoftmaxOnnx, softmaxOnnx } from "./softmax/softmax.onnx.ts";
import { logSoftmaxOp, softmaxOp } from "./softmax/softmax.ts";
import { expandOp, sumOp } from "./sum-expand/index.ts";
import { expandOnnx, sumOnnx } from "./sum-expand/sum-expand.onnx.ts";
import { upsampleOnnx } from "./upsample/upsample.onnx.ts";
import { upsampleOp } from "./upsample/upsample.ts";

/** How each op is written to ONNX; one line a room. A composition that is not here is written as its body. */
export const onnxRules: ReadonlyMap<Op, OnnxRule> = new Map<Op, OnnxRule>([
  ...([
    [activations.erfOp, activation.erfOnnx],
    [activations.geluOp, activation.geluOnnx],
    [activations.hardsigmoidOp, activation.hardsigmoidOnnx],
    [activations.hardswishOp, activation.hardswishOnnx],
    [activations.eluOp, activation.eluOnnx],
    [activations.leakyReluOp, activation.leakyReluOnnx],
    [activations.preluOp, activation.preluOnnx],
    [activations.relu6Op, activation.relu6Onnx],
    [activations.reluOp, activation.reluOnnx],
    [activations.sigmoidOp, activation.sigmoidOnnx],
    [activations.siluOp, activation.siluOnnx],
    [activations.softplusOp, activation.softplusOnnx],
    [activations.tanhOp, activation.tanhOnnx],
  ] as const),
  ...([
    [adaptiveAvgPool2dOp, adaptiveAvgPool2dOnnx],
    [avgPool2dOp, avgPool2dOnnx],
  ] as const),
  [batchNorm2dOp, batchNorm2dOnnx],
  [catOp, catOnnx],
  [channelShuffleOp, channelShuffleOnnx],
  ...([
    [conv2dOp, conv2dOnnx],
    [convTranspose2dOp, convTranspose2dOnnx],
  ] as const),
  ...([
    [elements.addOp, elementwise.addOnnx],
    [elements.subOp, elementwise.subOnnx],
    [elements.mulOp, elementwise.mulOnnx],
    [elements.divOp, elementwise.divOnnx],
    [elements.negOp, elementwise.negOnnx],
    [elements.eqOp, elementwise.eqOnnx],
    [elements.neOp, elementwise.neOnnx],
    [elements.ltOp, elementwise.ltOnnx],
    [elements.leOp, elementwise.leOnnx],
    [elements.whereOp, elementwise.whereOnnx],
    [elements.constantOp, elementwise.constantOnnx],
    [elements.castOp, elementwise.castOnnx],
    [elements.detachOp, elementwise.detachOnnx],
    [elements.maximumOp, elementwise.maximumOnnx],
    [elements.minimumOp, elementwise.minimumOnnx],
    [elements.clampOp, elementwise.clampOnnx],
    [elements.absOp, elementwise.absOnnx],
    [elements.signOp, elementwise.signOnnx],
    [elements.expOp, elementwise.expOnnx],
    [elements.logOp, elementwise.logOnnx],
    [elements.sqrtOp, elementwise.sqrtOnnx],
    [elements.floorOp, elementwise.floorOnnx],
    [elements.powOp, elementwise.powOnnx],
    [elements.powNumberOp, elementwise.powNumberOnnx],
  ] as const),
  ...([
    [gatherOp, gatherOnnx],
    [scatterSumOp, scatterSumOnnx],
  ] as const),
  [layerNormOp, layerNormOnnx],
  [linearOp, linearOnnx],
  [matmulOp, matmulOnnx],
  [maxPool2dOp, maxPool2dOnnx],
  [permuteOp, permuteOnnx],
  ...([
    [pixelShuffleOp, pixelShuffleOnnx],
    [pixelUnshuffleOp, pixelUnshuffleOnnx],
  ] as const),
  [uniformOp, uniformOnnx],
  ...([
    [amaxOp, amaxOnnx],
    [argmaxOp, argmaxOnnx],
    [meanOp, meanOnnx],
  ] as const),
  [resample2dOp, resample2dOnnx],
  ...([
    [flattenOp, flattenOnnx],
    [reshapeOp, reshapeOnnx],
    [squeezeOp, squeezeOnnx],
    [unsqueezeOp, unsqueezeOnnx],
  ] as const),
  ...([
    [constantPadOp, constantPadOnnx],
    [padOp, padOnnx],
    [sliceOp, sliceOnnx],
    [unsliceOp, unsliceOnnx],
  ] as const),
  ...([
    [softmaxOp, softmaxOnnx],
    [logSoftmaxOp, logSoftmaxOnnx],
  ] as const),
  ...([
    [expandOp, expandOnnx],
    [sumOp, sumOnnx],
  ] as const),
  [upsampleOp, upsampleOnnx],
]);
