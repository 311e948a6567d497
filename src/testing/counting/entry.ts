/** What a counting test uses of the rewritten code. */
export { costOf } from "../../analysis/cost.ts";
export { topological } from "../../core/graph.ts";
export { dataNode, record } from "../../core/node.ts";
export { compute } from "../../devices/reference/evaluate.ts";
export { costs } from "../../ops/costs.ts";
export * as ops from "../../ops/index.ts";
export { windowMeans } from "./means.ts";
