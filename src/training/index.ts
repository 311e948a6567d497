// What runs anywhere; node.ts adds runs in folders.
export type { Callback, EpochEvent, StepEvent } from "./events.ts";
export {
  type BatchSource,
  type FitOptimizer,
  type FitOptions,
  type FitResult,
  fit,
  type Network,
  type TrainingBatch,
} from "./fit.ts";
export { freeze, replaceLayer, unfreeze } from "./freeze.ts";
export type { Limit } from "./limit.ts";
export { NotFiniteError } from "./not-finite-error.ts";
export type { Position } from "./position.ts";
export { type Schedule, warmupCosine } from "./schedule.ts";
export { type SuperResolutionScore, scoreSuperResolution, superResolve } from "./super-resolve.ts";
