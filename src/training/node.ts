// The Node side of the room: everything that runs anywhere, and runs in folders.

export type { ReportChart, ReportSeries } from "../pages/charts.ts";
export { type Checkpoint, readCheckpoint } from "./checkpoint.ts";
export * from "./index.ts";
export { type MetricsLine, parseMetrics } from "./metrics-log.ts";
export { loadNetworkModule, type NetworkModule, type NetworkRequest, type PackageModules } from "./network-module.ts";
export { renderReport } from "./report/render-report.ts";
export type {
  ReportColumn,
  ReportComparison,
  ReportConfusion,
  ReportData,
  ReportPicture,
  ReportTable,
} from "./report/report-data.ts";
export type { Json, NetworkFacts, RunConfig } from "./run-config.ts";
export { RunFolder } from "./run-folder.ts";
export type { RunResult, RunWatcher } from "./run-task.ts";
export type { RunControls } from "./start-run.ts";
export type { Metric, Outcome, Task } from "./task.ts";
export type { ClassificationRecipe } from "./tasks/classification.ts";
export { type EspcnRecipe, espcnDefaults, trainEspcn } from "./tasks/espcn.ts";
export { type KnownClassifierRecipe, trainKnownClassifier } from "./tasks/known-classifier.ts";
export { trainLenet } from "./tasks/lenet.ts";
export { trainUserNetwork, type UserNetworkRecipe } from "./tasks/user-network.ts";
