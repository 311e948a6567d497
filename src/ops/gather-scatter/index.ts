import type { Op } from "../../core/op.ts";
import { gatherOp, scatterSumOp } from "./gather-scatter.ts";

export { gather, gatherOp, scatterAdd, scatterSum, scatterSumOp } from "./gather-scatter.ts";

/** Every op of the room. */
export const gatherScatterOps: readonly Op[] = [gatherOp, scatterSumOp];
