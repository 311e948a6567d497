export {
  type BudgetResult,
  type Budgets,
  type Contributor,
  checkBudgets,
  type FieldEnd,
  lastField,
  type MemoryParts,
} from "./budget.ts";
export type { Convention, ConventionName, Counted } from "./conventions/convention.ts";
export { conventionOf, conventions } from "./conventions/index.ts";
export type { Count } from "./cost.ts";
export { type Difference, diffSummaries, type LayerDiff, type SummaryDiff } from "./diff.ts";
export { type FoldReport, foldBatchNorm } from "./fold-batch-norm.ts";
export * from "./formulas.ts";
export { type PlanBuffer, type PlanningDevice, type PlanReport, type PlanStep, planOf } from "./plan.ts";
export { type AxisField, FieldMap, type ReceptiveField } from "./receptive-field.ts";
export { type Network, type Recording, recordNetwork } from "./recording.ts";
export { type LayerRow, Summary, type SummaryOptions, summarize, type Totals } from "./summary.ts";
export type { TableOptions } from "./summary-table.ts";
