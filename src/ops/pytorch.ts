import type { Op } from "../core/op.ts";
import type { PytorchRule } from "../core/pytorch.ts";
import * as a from "./activation/activation.pytorch.ts";
import * as activation from "./activation/index.ts";
import { adaptiveAvgPool2dOp } from "./avg-pool/adaptive-avg-pool.ts";
import { adaptiveAvgPool2dPytorch, avgPool2dPytorch } from "./avg-pool/avg-pool.pytorch.ts";
import { avgPool2dOp } from "./avg-pool/avg-pool.ts";
import { batchNorm2dPytorch } from "./batch-norm/batch-norm.pytorch.ts";
import { batchNorm2dOp } from "./batch-norm/index.ts";
import { joinRule } from "./cat/cat.pytorch.ts";
import { catOp, stackOp } from "./cat/cat.ts";
import { channelShufflePytorch } from "./channel-shuffle/channel-shuffle.pytorch.ts";
import { channelShuffleOp } from "./channel-shuffle/channel-shuffle.ts";
import { convTranspose2dOp } from "./convolution/conv-transpose2d.ts";
import { conv2dOp } from "./convolution/conv2d.ts";
import { conv2dPytorch, convTranspose2dPytorch } from "./convolution/convolution.pytorch.ts";
import { dropoutPytorch } from "./dropout/dropout.pytorch.ts";
import { dropoutOp } from "./dropout/index.ts";
import * as e from "./elementwise/elementwise.pytorch.ts";
import * as elementwise from "./elementwise/index.ts";
import { gatherPytorch } from "./gather-scatter/gather-scatter.pytorch.ts";
import { gatherOp } from "./gather-scatter/gather-scatter.ts";
import { layerNormPytorch } from "./layer-norm/layer-norm.pytorch.ts";
import { layerNormOp } from "./layer-norm/layer-norm.ts";
import { linearPytorch } from "./linear/linear.pytorch.ts";
import { linearOp } from "./linear/linear.ts";
import { matmulPytorch } from "./matmul/matmul.pytorch.ts";
import { matmulOp } from "./matmul/matmul.ts";
import { maxPool2dPytorch } from "./max-pool/max-pool.pytorch.ts";
import { maxPool2dOp } from "./max-pool/max-pool.ts";
import { permutePytorch } from "./permute/permute.pytorch.ts";
import { permuteOp } from "./permute/permute.ts";
import { pixelShufflePytorch, pixelUnshufflePytorch } from "./pixel-shuffle/pixel-shuffle.pytorch.ts";
import { pixelShuffleOp, pixelUnshuffleOp } from "./pixel-shuffle/pixel-shuffle.ts";
import { amaxOp, argmaxOp, meanOp, stdOp, varianceOp } from "./reduce/index.ts";
import { argmaxPytorch, deviationRule, reductionRule } from "./reduce/reduce.pytorch.ts";
import { flattenPytorch, reshapePytorch, squeezePytorch, unsqueezePytorch } from "./reshape/reshape.pytorch.ts";
import { flattenOp, reshapeOp, squeezeOp, unsqueezeOp } from "./reshape/reshape.ts";
import { constantPadOp } from "./slice-pad/constant-pad.ts";
import { padOp } from "./slice-pad/pad.ts";
import { sliceOp } from "./slice-pad/slice.ts";
import { constantPadPytorch, padPytorch, slicePytorch } from "./slice-pad/slice-pad.pytorch.ts";
import { logSoftmaxOp, softmaxOp } from "./softmax/index.ts";
import { logSoftmaxPytorch, softmaxPytorch } from "./softmax/softmax.pytorch.ts";
import { expandOp, sumOp } from "./sum-expand/index.ts";
import { expandPytorch, sumPytorch } from "./sum-expand/sum-expand.pytorch.ts";
import { upsamplePytorch } from "./upsample/upsample.pytorch.ts";
import { upsampleOp } from "./upsample/upsample.ts";

/** How PyTorch writes each op that it has a form of; one line a room. */
export const pytorchRules: ReadonlyMap<Op, PytorchRule> = new Map<Op, PytorchRule>([
  ...([
    [activation.reluOp, a.functionRule("F.relu")],
    [activation.relu6Op, a.functionRule("F.relu6")],
    [activation.leakyReluOp, a.leakyReluPytorch],
    [activation.preluOp, a.functionRule("F.prelu")],
    [activation.eluOp, a.eluPytorch],
    [activation.geluOp, a.geluPytorch],
    [activation.erfOp, a.functionRule("torch.erf")],
    [activation.siluOp, a.functionRule("F.silu")],
    [activation.hardswishOp, a.functionRule("F.hardswish")],
    [activation.hardsigmoidOp, a.functionRule("F.hardsigmoid")],
    [activation.softplusOp, a.softplusPytorch],
    [activation.tanhOp, a.functionRule("torch.tanh")],
    [activation.sigmoidOp, a.functionRule("torch.sigmoid")],
  ] as const),
  ...([
    [adaptiveAvgPool2dOp, adaptiveAvgPool2dPytorch],
    [avgPool2dOp, avgPool2dPytorch],
  ] as const),
  [batchNorm2dOp, batchNorm2dPytorch],
  ...([
    [catOp, joinRule("torch.cat")],
    [stackOp, joinRule("torch.stack")],
  ] as const),
  [channelShuffleOp, channelShufflePytorch],
  ...([
    [conv2dOp, conv2dPytorch],
    [convTranspose2dOp, convTranspose2dPytorch],
  ] as const),
  [dropoutOp, dropoutPytorch],
  ...([
    [elementwise.addOp, e.infixRule("+")],
    [elementwise.subOp, e.infixRule("-")],
    [elementwise.mulOp, e.infixRule("*")],
    [elementwise.divOp, e.infixRule("/")],
    [elementwise.powOp, e.infixRule("**")],
    [elementwise.powNumberOp, e.powNumberPytorch],
    [elementwise.negOp, e.negPytorch],
    [elementwise.eqOp, e.comparisonRule("==")],
    [elementwise.neOp, e.comparisonRule("!=")],
    [elementwise.ltOp, e.comparisonRule("<")],
    [elementwise.leOp, e.comparisonRule("<=")],
    [elementwise.whereOp, e.wherePytorch],
    [elementwise.constantOp, e.constantPytorch],
    [elementwise.castOp, e.castPytorch],
    [elementwise.detachOp, e.detachPytorch],
    [elementwise.maximumOp, e.extremeRule("torch.maximum", "min")],
    [elementwise.minimumOp, e.extremeRule("torch.minimum", "max")],
    [elementwise.clampOp, e.clampPytorch],
    [elementwise.absOp, a.functionRule("torch.abs")],
    [elementwise.signOp, a.functionRule("torch.sign")],
    [elementwise.expOp, a.functionRule("torch.exp")],
    [elementwise.logOp, a.functionRule("torch.log")],
    [elementwise.sqrtOp, a.functionRule("torch.sqrt")],
    [elementwise.floorOp, a.functionRule("torch.floor")],
  ] as const),
  [gatherOp, gatherPytorch],
  [layerNormOp, layerNormPytorch],
  [linearOp, linearPytorch],
  [matmulOp, matmulPytorch],
  [maxPool2dOp, maxPool2dPytorch],
  [permuteOp, permutePytorch],
  ...([
    [pixelShuffleOp, pixelShufflePytorch],
    [pixelUnshuffleOp, pixelUnshufflePytorch],
  ] as const),
  ...([
    [amaxOp, reductionRule("amax")],
    [argmaxOp, argmaxPytorch],
    [meanOp, reductionRule("mean")],
    [stdOp, deviationRule("std")],
    [varianceOp, deviationRule("var")],
  ] as const),
  ...([
    [flattenOp, flattenPytorch],
    [reshapeOp, reshapePytorch],
    [squeezeOp, squeezePytorch],
    [unsqueezeOp, unsqueezePytorch],
  ] as const),
  ...([
    [constantPadOp, constantPadPytorch],
    [padOp, padPytorch],
    [sliceOp, slicePytorch],
  ] as const),
  ...([
    [logSoftmaxOp, logSoftmaxPytorch],
    [softmaxOp, softmaxPytorch],
  ] as const),
  ...([
    [expandOp, expandPytorch],
    [sumOp, sumPytorch],
  ] as const),
  [upsampleOp, upsamplePytorch],
]);
