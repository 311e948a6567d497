import { FileFormatError } from "../core/errors.ts";
import {
  readSafetensors,
  type SafetensorsTensor,
  safetensorsFromFloat32,
  toFloat32,
  writeSafetensors,
} from "../formats/node.ts";
import type { Module } from "../nn/index.ts";
import { defaultGenerator } from "../tensor/index.ts";
import type { MetricsState } from "./metrics-log.ts";
import { NotFiniteError } from "./not-finite-error.ts";
import type { Position } from "./position.ts";
import type { Json, RunConfig } from "./run-config.ts";

/** What a checkpoint needs of an optimiser; all of convsmith/optim have it. */
export interface SavedOptimizer {
  stateDict(): OptimizerState;
  loadStateDict(state: OptimizerState): void;
}

const format = "convsmith checkpoint 1";
const weightPrefix = "model.";
const optimizerPrefix = "optimizer.";

/** A checkpoint without its arrays. */
export interface CheckpointFacts {
  readonly position: Position;
  readonly generator: { readonly seed: number; readonly counter: number };
  readonly metrics: MetricsState;
  readonly config: RunConfig;
  /** What the last validation found, and at which step. */
  readonly validation: { readonly step: number; readonly metrics: Readonly<Record<string, number>> } | null;
}

export interface Checkpoint extends CheckpointFacts {
  readonly path: string;
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>;
  readonly optimizer: Json;
}

/** The numbers of a network under their state_dict keys. @throws NotFiniteError rather than save a broken network. */
export async function weightsOf(model: Module, step: number): Promise<Map<string, SafetensorsTensor>> {
  const weights = new Map<string, SafetensorsTensor>();
  for (const [name, tensor] of model.stateDict()) {
    const data = await tensor.data();
    if (!data.every(Number.isFinite)) {
      throw new NotFiniteError(step, `${name} holds a number that is not finite`, "Use a smaller learning rate.");
    }
    weights.set(name, safetensorsFromFloat32(data, tensor.shape));
  }
  return weights;
}
