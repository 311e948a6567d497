import type { PrimitiveOp, Reference } from "../core/op.ts";
import { convTranspose2dOp } from "./convolution/conv-transpose2d.ts";
import { conv2dOp } from "./convolution/conv2d.ts";
import {
  conv2dReference,
  conv2dWeightGradientReference,
  convTranspose2dReference,
} from "./convolution/convolution.reference.ts";
import { conv2dWeightGradientOp } from "./convolution/weight-gradient.ts";
import { gatherReference, scatterSumReference } from "./gather-scatter/gather-scatter.reference.ts";
import { gatherOp, scatterSumOp } from "./gather-scatter/gather-scatter.ts";
import { matmulReference } from "./matmul/matmul.reference.ts";
import { matmulOp } from "./matmul/matmul.ts";
import {
  maxPool2dGatherReference,
  maxPool2dGradientReference,
  maxPool2dIndexReference,
  maxPool2dReference,
} from "./max-pool/max-pool.reference.ts";
import { maxPool2dGatherOp, maxPool2dGradientOp, maxPool2dIndexOp, maxPool2dOp } from "./max-pool/max-pool.ts";
import { uniformReference } from "./random/uniform.reference.ts";
import { uniformOp } from "./random/uniform.ts";
import { amaxOp } from "./reduce/amax.ts";
import { argmaxOp } from "./reduce/argmax.ts";
import { amaxReference, argmaxReference } from "./reduce/reduce.reference.ts";
import { resample2dReference } from "./resample/resample.reference.ts";
import { resample2dOp } from "./resample/resample.ts";
import { sumReference } from "./sum-expand/sum.reference.ts";
import { sumOp } from "./sum-expand/sum.ts";

/** The loops of every primitive, one line a room. */
export const references: ReadonlyMap<PrimitiveOp, Reference> = new Map<PrimitiveOp, Reference>([
  ...([
    [conv2dOp, conv2dReference],
    [convTranspose2dOp, convTranspose2dReference],
    [conv2dWeightGradientOp, conv2dWeightGradientReference],
  ] as const),
  ...([
    [gatherOp, gatherReference],
    [scatterSumOp, scatterSumReference],
  ] as const),
  [matmulOp, matmulReference],
  ...([
    [maxPool2dOp, maxPool2dReference],
    [maxPool2dIndexOp, maxPool2dIndexReference],
    [maxPool2dGradientOp, maxPool2dGradientReference],
    [maxPool2dGatherOp, maxPool2dGatherReference],
  ] as const),
  [uniformOp, uniformReference],
  ...([
    [amaxOp, amaxReference],
    [argmaxOp, argmaxReference],
  ] as const),
  [resample2dOp, resample2dReference],
  [sumOp, sumReference],
]);
