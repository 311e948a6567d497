import type { Trained } from "./checkpoint.ts";
import type { FitOptimizer, FitOptions } from "./fit.ts";
import type { ReportData } from "./report/report-data.ts";
import type { Json, NetworkFacts } from "./run-config.ts";

/** A figure by which a run is judged. */
export interface Metric {
  readonly key: string;
  readonly label: string;
  readonly unit: string;
  readonly digits: number;
}

/** What a finished run shows. */
export interface Outcome {
  /** For programs; `metrics` of the last validation are added. */
  readonly results: Readonly<Record<string, Json>>;
  readonly report: Pick<ReportData, "metrics" | "comparisons" | "confusion">;
}

/** A network with its data and recipe, ready to be trained. */
export interface Task extends Pick<FitOptions, "model" | "loss" | "loader" | "schedule"> {
  readonly name: string;
  readonly title: string;
  readonly network: NetworkFacts;
  readonly optimizer: FitOptimizer & Trained["optimizer"];
  /** What was found in the data. */
  readonly data: Readonly<Record<string, Json>>;
  readonly metric: Metric;
  /** Figures of the network as it is, over what is held back. */
  validate(): Promise<Record<string, number>>;
  /** Looks at the trained network; pictures go into `samples`, a folder that it makes. */
  finish(samples: string): Promise<Outcome>;
}
