export {
  type BudgetResult,
  type Budgets,
  type Contributor,
  checkBudgets,
  type FieldEnd,
  lastField,
  type MemoryPart,
} from "./budget.ts";
export type { Convention, ConventionName, Counted } from "./conventions/convention.ts";
export { conventionOf, conventions } from "./conventions/index.ts";
export type { Count } from "./cost.ts";
export { type Change, changeOf, type Difference, diffSummaries, type LayerDiff, type SummaryDiff } from "./diff.ts";
export {
  type ConventionTotals,
  compareConventions,
  type Explanation,
  explain,
  type Reason,
  type Side,
} from "./explain.ts";
export { comparisonText, explainText } from "./explain-text.ts";
export { type FoldReport, foldBatchNorm } from "./fold-batch-norm.ts";
export * from "./formulas.ts";
export {
  type MeasuredDevice,
  type MemoryStep,
  memoryOf,
  type NetworkMemory,
  type RunMemory,
  type TrainingMemory,
} from "./memory.ts";
export {
  type ArenaBuffer,
  type PlanBuffer,
  type PlanningDevice,
  type PlanReport,
  type PlanStep,
  planOf,
} from "./plan.ts";
export { type AxisField, FieldMap, type ReceptiveField } from "./receptive-field.ts";
export { type Network, type Recording, recordNetwork } from "./recording.ts";
export { type LayerRow, Summary, type SummaryOptions, summarize, type Totals } from "./summary.ts";
export type { TableOptions } from "./summary-table.ts";
