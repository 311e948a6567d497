import { ArgumentError } from "../core/errors.ts";
import type { Module } from "../nn/index.ts";
import { type Tensor, tensor } from "../tensor/index.ts";
import type { Callback } from "./events.ts";
import { checkLimit, type Limit, stepsOf } from "./limit.ts";
import { NotFiniteError } from "./not-finite-error.ts";
import { type Position, start } from "./position.ts";
import type { Schedule } from "./schedule.ts";
import { Speed } from "./speed.ts";

/** One batch in the JS heap: numbers and shapes. */
export interface TrainingBatch {
  readonly input: { readonly data: Float32Array; readonly shape: readonly number[] };
  readonly target: { readonly data: Float32Array | Int32Array; readonly shape: readonly number[] };
}

/** Batches by epoch and index: `DataLoader` of convsmith/data is one. */
export interface BatchSource {
  /** Batches of an epoch. */
  readonly length: number;
  batch(epoch: number, index: number): TrainingBatch;
}

/** What the loop needs of an optimiser; all of convsmith/optim have it. */
export interface FitOptimizer {
  /** `initialLr` is what a schedule scales: the rate at first. */
  readonly paramGroups: readonly { lr: number; initialLr?: number }[];
  zeroGrad(): void;
  step(): Promise<void>;
}

/** A network with one input and one output. */
export type Network = Module & { forward(x: Tensor): Tensor };

export interface FitOptions extends Limit {
  readonly model: Network;
  readonly optimizer: FitOptimizer;
  /** A loss of one element from output and target. */
  readonly loss: { forward(output: Tensor, target: Tensor): Tensor };
  readonly loader: BatchSource;
  /** The learning rate over the run, as a factor of each group's. Default: constant. */
  readonly schedule?: Schedule;
  /** Moved on at the end of every epoch; use either this or `schedule`. */
  readonly scheduler?: { step(): void };
  readonly callbacks?: readonly Callback[];
  /** Go on from here. Weights, optimiser and generator must be those of this position. */
  readonly startAt?: Position;
  /** Ends the run after the step that is under way. */
  readonly signal?: AbortSignal;
}

export interface FitResult {
  readonly position: Position;
  /** "done": the limit is reached. "stopped": `signal` said so. */
  readonly reason: "done" | "stopped";
  /** Of the last step; NaN where none was made. */
  readonly loss: number;
}

/**
 * Trains a network. Batches depend on epoch and index alone and the clock is read for `minutes` and messages only, so a
 * run that goes on from a position computes the same bits as one that was never interrupted.
 * @example
 * import { nn, optim } from "convsmith";
 * import { ClassificationDataset, DataLoader } from "convsmith/data";
 * import { fit } from "convsmith/training";
 * const pixels = Uint8Array.from({ length: 8 * 16 }, (_, index) => (index * 37) % 256);
 * const labels = Int32Array.of(0, 1, 0, 1, 0, 1, 0, 1);
 * const data = new ClassificationDataset({ shape: [1, 4, 4], pixels, labels, classes: ["a", "b"] });
 * const model = new nn.Sequential(new nn.Flatten(), new nn.Linear(16, 2));
 * const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
 * const loader = new DataLoader(data, { batchSize: 4 });
 * const { position } = await fit({ model, optimizer, loss: new nn.CrossEntropyLoss(), loader, epochs: 3 });
 * console.log(position.step); // 6
 *
 * @throws ArgumentError for a wrong limit; NotFiniteError at the first loss that is not finite.
 */
export async function fit(options: FitOptions): Promise<FitResult> {
  const { model, optimizer, loader, schedule, scheduler, callbacks = [], startAt = start, signal } = options;
  checkLimit(options);
  if (loader.length < 1) throw new ArgumentError("fit: the loader has no batch");
  const steps = stepsOf(options, loader.length);
  const limitSeconds = (options.minutes ?? 0) * 60;
  if (schedule) for (const group of optimizer.paramGroups) group.initialLr ??= group.lr;
  const speed = new Speed(startAt.seconds);
  let position = startAt;
  let loss = Number.NaN;
  model.train();
  while (!signal?.aborted) {
    const elapsed = speed.seconds();
    const progress = steps === null ? elapsed / limitSeconds : position.step / steps;
    if (progress >= 1) return { position, reason: "done", loss };
    if (schedule) {
      const factor = schedule(progress, position.step);
      for (const group of optimizer.paramGroups) group.lr = group.initialLr! * factor;
    }

    const epoch = Math.floor(position.step / loader.length);
    loss = await trainStep(options, loader.batch(epoch, position.step % loader.length));
    const step = position.step + 1;
    if (!Number.isFinite(loss)) {
      const advice = "Use a smaller learning rate, or look for NaN in the data.";
      throw new NotFiniteError(step, `the loss is ${loss}`, advice);
    }
    const lossSum = position.lossSum + loss;
    const ended = step % loader.length === 0;
    position = { step, seconds: speed.tick(), lossSum: ended ? 0 : lossSum };

    const learningRate = optimizer.paramGroups[0]!.lr;
    const done = steps === null ? position.seconds / limitSeconds : step / steps;
    const secondsLeft =
      steps === null ? Math.max(0, limitSeconds - position.seconds) : (steps - step) / speed.stepsPerSecond;
    const event = { step, steps, epoch, epochSteps: loader.length, loss, learningRate, secondsLeft, position };
    for (const { onStep } of callbacks) {
      const busy = onStep?.({ ...event, stepsPerSecond: speed.stepsPerSecond, progress: Math.min(1, done) });
      if (busy) await busy;
    }
    if (!ended) continue;
    const epochEvent = { epoch, step, loss: lossSum / loader.length, learningRate, position };
    scheduler?.step();
    for (const { onEpoch } of callbacks) await onEpoch?.(epochEvent);
    // A callback that validates may have left the network in evaluation.
    model.train();
  }
  return { position, reason: "stopped", loss };
}

/** Forward, backward and update in one plan, in which the loss is computed too: reading it costs no run. */
async function trainStep(options: FitOptions, { input, target }: TrainingBatch): Promise<number> {
  const { model, optimizer, loss } = options;
  optimizer.zeroGrad();
  const output = model.forward(tensor(input.data, input.shape));
  const value = loss.forward(output, tensor(target.data, target.shape));
  value.backward();
  await optimizer.step();
  return await value.item();
}
