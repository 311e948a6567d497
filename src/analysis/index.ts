export {
  type BudgetResult,
  type Budgets,
  type Contributor,
  checkBudgets,
  type FieldEnd,
  lastField,
  type MemoryPart,
} from "./budget.ts";
export { type ComparedLayer, type Comparison, compareNetworks, type Distance } from "./compare.ts";
export type { Convention, ConventionName, Counted } from "./conventions/convention.ts";
export { conventionOf, conventions } from "./conventions/index.ts";
export type { Count } from "./cost.ts";
export { type Change, changeOf, type Difference, diffSummaries, type LayerDiff, type SummaryDiff } from "./diff.ts";
export { type EffectiveField, effectiveField, type HoldingCircle, holdingCircle } from "./effective-field.ts";
export {
  type ConventionTotals,
  compareConventions,
  type Explanation,
  explain,
  type Reason,
  type Side,
} from "./explain.ts";
export { comparisonText, explainText } from "./explain-text.ts";
export type { FieldPath, FieldPaths, PathAxis } from "./field-paths.ts";
export { type FoldReport, foldBatchNorm } from "./fold-batch-norm.ts";
export type { Position } from "./followed.ts";
export type { Formula, WindowOptions } from "./formulas/formula.ts";
export {
  convFlops,
  convMacs,
  convParameters,
  type KernelSize,
  type LayerOptions,
  linearFlops,
  linearMacs,
  linearParameters,
  type Plane,
} from "./formulas/layer-cost.ts";
export * from "./formulas/output-size.ts";
export * from "./formulas/receptive-field.ts";
export * from "./formulas/same-padding.ts";
export * from "./formulas/transposed-cost.ts";
export { fieldOf, LayerField, type PositionField } from "./layer-field.ts";
export {
  type MeasuredDevice,
  type MemoryStep,
  memoryOf,
  type NetworkMemory,
  type RunMemory,
  type TrainingMemory,
} from "./memory.ts";
export {
  type BlockGraph,
  type GraphItem,
  type GraphItemKind,
  type NetworkGraph,
  networkGraph,
} from "./network-graph.ts";
export {
  type ArenaBuffer,
  type PlanBuffer,
  type PlanningDevice,
  type PlanReport,
  type PlanStep,
  planOf,
} from "./plan.ts";
export { type Profile, type ProfileOptions, type ProfileRow, profileNetwork } from "./profile/profile.ts";
export { rooflineSvg } from "./profile/roofline.ts";
export { type AxisField, FieldMap, type ReceptiveField } from "./receptive-field.ts";
export { type Network, type Recording, recordNetwork } from "./recording.ts";
export type { TableOptions } from "./render/table.ts";
export { summaryText, type TextFormat, type TextOptions, textFormats } from "./render/text.ts";
export { SeenPixels } from "./seen-pixels.ts";
export type { AcceptedSizes } from "./solve/accepted-sizes.ts";
export {
  type Budget,
  type BudgetAnswer,
  type BudgetSolution,
  type Costs,
  largestInput,
  largestWidth,
  type MeasureMemory,
} from "./solve/budget.ts";
export { type FieldAnswer, type FieldSolution, fieldRules, solveField } from "./solve/field.ts";
export {
  type AcceptedInputs,
  type AcceptedPictures,
  type AcceptedVectors,
  acceptedInputs,
  describeInputs,
  inputsText,
  type SearchOptions,
  smallestInput,
} from "./solve/inputs.ts";
export { type SameAnswer, solveSame } from "./solve/same.ts";
export { type SizeAnswer, type SizeQuestion, sizeRules, solveSize } from "./solve/size.ts";
export type { WindowKind, WindowNumbers } from "./solve/window-axis.ts";
export { type LayerRow, type ModuleEntry, Summary, type SummaryOptions, summarize, type Totals } from "./summary.ts";
export { flatRows, summaryTree, type TreeOptions, type TreeRow, type TreeRowKind } from "./summary-tree.ts";
export type { Range } from "./window.ts";
