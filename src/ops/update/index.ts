import type { Op } from "../../core/op.ts";
import { adamUpdateOp, blendOp, blendSquareOp } from "./update.ts";

export * from "./update.ts";

/** Every op of the room. */
export const updateOps: readonly Op[] = [blendOp, blendSquareOp, adamUpdateOp];
