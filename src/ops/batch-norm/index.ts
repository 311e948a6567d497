import type { Op } from "../../core/op.ts";
import { batchNorm2dOp, normScaleOp } from "./batch-norm.ts";

export {
  type BatchNormOptions,
  type BatchStatistics,
  batchNorm2d,
  batchNorm2dOp,
  batchNorm2dTraining,
  normScaleOp,
} from "./batch-norm.ts";

/** Every op of the room. */
export const batchNormOps: readonly Op[] = [batchNorm2dOp, normScaleOp];
