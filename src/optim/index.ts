export { Adam, type AdamOptions } from "./adam.ts";
export { AdamW } from "./adamw.ts";
export { clipGradNorm, clipGradValue } from "./clip.ts";
export { Optimizer, type OptimizerState, type ParameterGroup, type ParametersOf, type Update } from "./optimizer.ts";
export { RMSprop, type RMSpropOptions } from "./rmsprop.ts";
export { LRScheduler } from "./scheduler.ts";
export { CosineAnnealingLR, LambdaLR, LinearWarmup, StepLR } from "./schedules.ts";
export { SGD, type SGDOptions } from "./sgd.ts";
