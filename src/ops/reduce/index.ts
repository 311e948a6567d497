import type { Op } from "../../core/op.ts";
import { amaxOp } from "./amax.ts";
import { argmaxOp } from "./argmax.ts";
import { meanOp, stdOp, varianceOp } from "./mean.ts";

export { amax, amaxOp } from "./amax.ts";
export { argmax, argmaxOp } from "./argmax.ts";
export { mean, meanOp, std, stdOp, type VarianceOptions, variance, varianceOp } from "./mean.ts";

/** Every op of the room. */
export const reduceOps: readonly Op[] = [amaxOp, argmaxOp, meanOp, stdOp, varianceOp];
