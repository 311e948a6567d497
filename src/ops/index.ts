import type { Op } from "../core/op.ts";
import { activationOps } from "./activation/index.ts";
import { batchNormOps } from "./batch-norm/index.ts";
import { dropoutOps } from "./dropout/index.ts";
import { elementwiseOps } from "./elementwise/index.ts";
import { gatherScatterOps } from "./gather-scatter/index.ts";
import { lossOps } from "./loss/index.ts";
import { reduceOps } from "./reduce/index.ts";
import { softmaxOps } from "./softmax/index.ts";
import { sumExpandOps } from "./sum-expand/index.ts";

export * from "./activation/index.ts";
export * from "./batch-norm/index.ts";
export * from "./dropout/index.ts";
export * from "./elementwise/index.ts";
export * from "./gather-scatter/index.ts";
export * from "./loss/index.ts";
export * from "./reduce/index.ts";
export * from "./softmax/index.ts";
export * from "./sum-expand/index.ts";

/** Every op there is, one line a room: what is not in this list does not exist for devices and formats. */
export const ops: readonly Op[] = [
  ...activationOps,
  ...batchNormOps,
  ...dropoutOps,
  ...elementwiseOps,
  ...gatherScatterOps,
  ...lossOps,
  ...reduceOps,
  ...softmaxOps,
  ...sumExpandOps,
];
