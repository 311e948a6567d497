export { uniform, uniformBlocks, uniformOp } from "./uniform.ts";
