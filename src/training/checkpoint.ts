import { FileFormatError, StateDictError } from "../core/errors.ts";
import {
  readSafetensors,
  type SafetensorsTensor,
  safetensorsFromFloat32,
  toFloat32,
  writeSafetensors,
} from "../formats/node.ts";
import type { Module, NamedArray } from "../nn/index.ts";
import type { OptimizerState } from "../optim/index.ts";
import { defaultGenerator } from "../tensor/index.ts";
import type { MetricsState } from "./metrics-log.ts";
import { NotFiniteError } from "./not-finite-error.ts";
import type { Position } from "./position.ts";
import type { RunConfig } from "./run-config.ts";

/** What is saved and restored: all optimisers of convsmith/optim fit. */
export interface Trained {
  readonly model: Module;
  readonly optimizer: { stateDict(): Promise<OptimizerState>; loadStateDict(state: OptimizerState): void };
}

/** Figures of the last validation, and when it was. */
export interface Validation {
  readonly step: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** Where a run stands, beside the numbers of its network. */
export interface RunState {
  readonly config: RunConfig;
  readonly position: Position;
  readonly metrics: MetricsState;
  readonly validation: Validation | null;
}

type Tensors = Map<string, SafetensorsTensor>;

/** All that a run needs to go on. */
export interface Checkpoint extends RunState {
  readonly path: string;
  readonly generator: { readonly seed: number; readonly counter: number };
  readonly optimizer: OptimizerState;
  readonly weights: ReadonlyMap<string, NamedArray>;
}

const format = "convsmith checkpoint 1";
const weightPrefix = "model.";
const optimizerPrefix = "optimizer.";

/**
 * The numbers of a network under their state_dict keys.
 * @throws NotFiniteError rather than let a broken network take a good one's place.
 */
async function weightsOf(model: Module, step: number): Promise<Tensors> {
  const weights: Tensors = new Map();
  for (const [name, tensor] of model.stateDict()) {
    const data = await tensor.data();
    if (!data.every(Number.isFinite)) {
      throw new NotFiniteError(step, `${name} holds a number that is not finite`, "Use a smaller learning rate.");
    }
    weights.set(name, safetensorsFromFloat32(data, tensor.shape));
  }
  return weights;
}

/**
 * Writes one file with weights, buffers, optimiser, generator and position, whole or not at all, and then the weights
 * alone beside it. @throws NotFiniteError, before anything is written, for weights that are not finite.
 */
export async function saveCheckpoint(
  paths: { readonly checkpoint: string; readonly model: string },
  { model, optimizer }: Trained,
  state: RunState,
): Promise<void> {
  const { config, position, metrics, validation } = state;
  const weights = await weightsOf(model, position.step);
  const { groups, steps, tensors: running } = await optimizer.stateDict();
  const tensors: Tensors = new Map();
  for (const [name, tensor] of weights) tensors.set(weightPrefix + name, tensor);
  for (const [name, { data, shape }] of running)
    tensors.set(optimizerPrefix + name, safetensorsFromFloat32(data, shape));
  await writeSafetensors(paths.checkpoint, tensors, {
    format,
    state: JSON.stringify({ position, generator: defaultGenerator().state(), metrics, validation }),
    optimizer: JSON.stringify({ groups, steps }),
    config: JSON.stringify(config),
  });
  await writeSafetensors(paths.model, weights, modelMetadata(config, position, validation));
}

/** What makes a weight file enough to build its network again: no path of this machine is in it, but for a user's module. */
function modelMetadata(config: RunConfig, position: Position, validation: Validation | null): Record<string, string> {
  const { convsmith, task, network, options, limit, data, numerics } = config;
  const paths = ["data", "validate", "weights"];
  const shown = Object.fromEntries(Object.entries(options).filter(([name]) => !paths.includes(name)));
  const training = { task, step: position.step, limit, options: shown, data, numerics, validation };
  return {
    format: "pt",
    convsmith,
    model: network.name,
    options: JSON.stringify(network.options),
    training: JSON.stringify(training),
  };
}

/** @throws FileFormatError for a file that is damaged or no checkpoint; ConvsmithError where it can't be read. */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  const { tensors, metadata } = await readSafetensors(path);
  if (metadata.format !== format) throw new FileFormatError(path, "this is no checkpoint of convsmith");
  try {
    const { groups, steps } = JSON.parse(metadata.optimizer!);
    const optimizer: OptimizerState = { groups, steps, tensors: arrays(tensors, optimizerPrefix) };
    const config: RunConfig = JSON.parse(metadata.config!);
    return { ...JSON.parse(metadata.state!), config, path, optimizer, weights: arrays(tensors, weightPrefix) };
  } catch (error) {
    throw new FileFormatError(path, `the checkpoint is damaged: ${(error as Error).message}`);
  }
}

function arrays(tensors: ReadonlyMap<string, SafetensorsTensor>, prefix: string) {
  const chosen = [...tensors].filter(([name]) => name.startsWith(prefix));
  return new Map(
    chosen.map(([name, tensor]) => [name.slice(prefix.length), { shape: tensor.shape, data: toFloat32(tensor) }]),
  );
}

/** Puts a checkpoint's numbers in their places. @throws StateDictError when it is of another network. */
export function restore({ model, optimizer }: Trained, checkpoint: Checkpoint): void {
  try {
    model.loadStateDict(checkpoint.weights);
    optimizer.loadStateDict(checkpoint.optimizer);
  } catch (error) {
    if (error instanceof StateDictError) throw new StateDictError(`${checkpoint.path}: ${error.message}`);
    throw error;
  }
  const generator = defaultGenerator();
  Object.assign(generator, checkpoint.generator);
  // Words that were drawn ahead belong to the old position.
  generator.reserve(0);
}
