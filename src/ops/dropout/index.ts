import type { Op } from "../../core/op.ts";
import { dropoutOp } from "./dropout.ts";

export { dropout, dropoutOp } from "./dropout.ts";

/** Every op of the room. */
export const dropoutOps: readonly Op[] = [dropoutOp];
