import type { Op } from "../core/op.ts";
import { elementwiseOps } from "./elementwise/index.ts";
import { reduceOps } from "./reduce/index.ts";
import { sumExpandOps } from "./sum-expand/index.ts";

export * from "./elementwise/index.ts";
export * from "./reduce/index.ts";
export * from "./sum-expand/index.ts";

/** Every op there is: a room that is not in this list does not exist for devices and formats. */
export const ops: readonly Op[] = [...elementwiseOps, ...reduceOps, ...sumExpandOps];
