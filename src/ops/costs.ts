import type { CostRule, Op } from "../core/op.ts";
import { adaptiveAvgPool2dCost } from "./avg-pool/adaptive-avg-pool.cost.ts";
import { adaptiveAvgPool2dOp } from "./avg-pool/adaptive-avg-pool.ts";
import { avgPool2dCost } from "./avg-pool/avg-pool.cost.ts";
import { avgPool2dOp } from "./avg-pool/avg-pool.ts";
import { convTranspose2dOp } from "./convolution/conv-transpose2d.ts";
import { conv2dOp } from "./convolution/conv2d.ts";
import { conv2dCost, conv2dWeightGradientCost, convTranspose2dCost } from "./convolution/convolution.cost.ts";
import { conv2dWeightGradientOp } from "./convolution/weight-gradient.ts";
import { gatherCost, scatterSumCost } from "./gather-scatter/gather-scatter.cost.ts";
import { gatherOp, scatterSumOp } from "./gather-scatter/gather-scatter.ts";
import { matmulCost } from "./matmul/matmul.cost.ts";
import { matmulOp } from "./matmul/matmul.ts";
import { maxPool2dCost, maxPool2dGradientCost } from "./max-pool/max-pool.cost.ts";
import { maxPool2dGatherOp, maxPool2dGradientOp, maxPool2dIndexOp, maxPool2dOp } from "./max-pool/max-pool.ts";
import { uniformCost } from "./random/uniform.cost.ts";
import { uniformOp } from "./random/uniform.ts";
import { amaxOp } from "./reduce/amax.ts";
import { argmaxOp } from "./reduce/argmax.ts";
import { comparisonsCost } from "./reduce/reduce.cost.ts";
import { resample2dCost } from "./resample/resample.cost.ts";
import { resample2dOp } from "./resample/resample.ts";
import { sumCost } from "./sum-expand/sum.cost.ts";
import { sumOp } from "./sum-expand/sum.ts";

/** The cost of every primitive, and of the compositions whose usual count is not that of their body; one line a room. */
export const costs: ReadonlyMap<Op, CostRule> = new Map<Op, CostRule>([
  ...([
    [adaptiveAvgPool2dOp, adaptiveAvgPool2dCost],
    [avgPool2dOp, avgPool2dCost],
  ] as const),
  ...([
    [conv2dOp, conv2dCost],
    [convTranspose2dOp, convTranspose2dCost],
    [conv2dWeightGradientOp, conv2dWeightGradientCost],
  ] as const),
  ...([
    [gatherOp, gatherCost],
    [scatterSumOp, scatterSumCost],
  ] as const),
  [matmulOp, matmulCost],
  ...[maxPool2dOp, maxPool2dIndexOp, maxPool2dGatherOp].map((op) => [op, maxPool2dCost] as const),
  [maxPool2dGradientOp, maxPool2dGradientCost],
  [uniformOp, uniformCost],
  ...[amaxOp, argmaxOp].map((op) => [op, comparisonsCost] as const),
  [resample2dOp, resample2dCost],
  [sumOp, sumCost],
]);

/** Those whose multiplications are MACs: products that are summed. */
export const sumsProducts: ReadonlySet<Op> = new Set<Op>([
  conv2dOp,
  convTranspose2dOp,
  conv2dWeightGradientOp,
  matmulOp,
]);
