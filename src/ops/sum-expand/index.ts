import type { Op } from "../../core/op.ts";
import { expandOp } from "./expand.ts";
import { sumOp } from "./sum.ts";

export { expand, expandAxes, expandOp } from "./expand.ts";
export { reducedShape } from "./reduction.ts";
export { reductionDims, sum, sumAxes, sumOp, sumTo } from "./sum.ts";

/** Every op of the room. */
export const sumExpandOps: readonly Op[] = [expandOp, sumOp];
