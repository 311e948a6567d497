import type { Op } from "../../core/op.ts";
import { logSoftmaxOp, softmaxOp } from "./softmax.ts";

export { logSoftmax, logSoftmaxOp, softmax, softmaxOp } from "./softmax.ts";

/** Every op of the room. */
export const softmaxOps: readonly Op[] = [logSoftmaxOp, softmaxOp];
