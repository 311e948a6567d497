export type { Convention, ConventionName, Counted } from "./conventions/convention.ts";
export { conventionOf, conventions } from "./conventions/index.ts";
export type { Count } from "./cost.ts";
export * from "./formulas.ts";
export {
  type BlockGraph,
  type GraphItem,
  type GraphItemKind,
  type NetworkGraph,
  networkGraph,
} from "./network-graph.ts";
export { type PlanBuffer, type PlanningDevice, type PlanReport, type PlanStep, planOf } from "./plan.ts";
export { type AxisField, FieldMap, type ReceptiveField } from "./receptive-field.ts";
export { type Network, type Recording, recordNetwork } from "./recording.ts";
export type { TableOptions } from "./render/table.ts";
export { summaryText, type TextFormat, type TextOptions, textFormats } from "./render/text.ts";
export { type LayerRow, type ModuleEntry, Summary, type SummaryOptions, summarize, type Totals } from "./summary.ts";
export { flatRows, summaryTree, type TreeOptions, type TreeRow, type TreeRowKind } from "./summary-tree.ts";
