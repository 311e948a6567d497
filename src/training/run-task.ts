import { ConvsmithError } from "../core/errors.ts";
import { version } from "../formats/package-version.ts";
import { type Checkpoint, restore, saveCheckpoint, type Validation } from "./checkpoint.ts";
import type { EpochEvent, StepEvent } from "./events.ts";
import { fit } from "./fit.ts";
import type { Limit } from "./limit.ts";
import { MetricsLog } from "./metrics-log.ts";
import { type Position, start } from "./position.ts";
import { type Json, numericsOf, type RunConfig } from "./run-config.ts";
import { RunFolder } from "./run-folder.ts";
import { writeRunReport } from "./run-report.ts";
import type { Task } from "./task.ts";

/** Told what happens in a run, to show it. */
export interface RunWatcher {
  /** Pictures that have been read. */
  onLoad?(done: number, total: number): void;
  onStart?(task: Task, position: Position): void;
  onStep?(event: StepEvent): void;
  onValidation?(metrics: Readonly<Record<string, number>>, step: number): void;
  /** Something that the user should know. */
  onWarning?(message: string): void;
}

export interface RunOptions {
  /** The run's folder. */
  readonly out: string;
  readonly limit: Limit;
  /** Every option of the task, for config.json. */
  readonly options: Readonly<Record<string, Json>>;
  /** The checkpoint to go on from; null for a new run. */
  readonly checkpoint: Checkpoint | null;
  /** Put the new run in the place of one that is there. Default false. */
  readonly replace?: boolean;
  /** Ends the run after the step that is under way; all is saved. */
  readonly signal?: AbortSignal;
  readonly watcher?: RunWatcher;
  /** Seconds between two checkpoints. Default 30. */
  readonly checkpointSeconds?: number;
}

export interface RunResult {
  readonly out: string;
  readonly step: number;
  readonly seconds: number;
  /** False: stopped before its limit; all is saved and can be resumed. */
  readonly complete: boolean;
  /** Of the last validation; empty where there was none. */
  readonly metrics: Readonly<Record<string, number>>;
  /** What the task found at the end; empty where the run was stopped. */
  readonly results: Readonly<Record<string, Json>>;
}

/** Epochs may be short: their ends save no more often than this. */
const epochSaveMilliseconds = 2000;

/**
 * Trains a task in a run's folder: checkpoints, model, log, config, and in the end pictures and a report.
 * @throws NotFiniteError at a loss or weight that is not finite (the last checkpoint is from before); ConvsmithError for
 * a folder that can't be written or is in use.
 */
export async function runTask(task: Task, options: RunOptions): Promise<RunResult> {
  const { limit, checkpoint, watcher = {}, replace = false } = options;
  const folder = new RunFolder(options.out);
  const config: RunConfig = {
    convsmith: version,
    task: task.name,
    network: task.network,
    options: options.options,
    limit,
    data: task.data,
    numerics: numericsOf(),
  };
  let position = checkpoint?.position ?? start;
  let validation: Validation | null = checkpoint?.validation ?? null;
  let log: MetricsLog | null = null;
  let saved = performance.now();
  const save = async () => {
    const metrics = log ? await log.state() : { bytes: 0, windowSum: 0, windowCount: 0 };
    const paths = { checkpoint: folder.file("checkpoint"), model: folder.file("model") };
    await saveCheckpoint(paths, task, { config, position, metrics, validation });
    saved = performance.now();
  };

  if (checkpoint) await resume(task, checkpoint, config, watcher);
  else {
    await folder.create(replace, async () => {
      await save();
      await folder.writeJson("config", config);
    });
  }
  log = await MetricsLog.open(folder.file("metrics"), checkpoint?.metrics ?? null);
  const metricsLog = log;

  const validate = async (step: number) => {
    validation = { step, metrics: await task.validate() };
    watcher.onValidation?.(validation.metrics, step);
    return validation.metrics;
  };
  const onStep = async (event: StepEvent) => {
    position = event.position;
    await metricsLog.step(event);
    watcher.onStep?.(event);
    const due = performance.now() - saved > 1000 * (options.checkpointSeconds ?? 30);
    // At the end of an epoch the log gets a line first.
    if (due && event.step % event.epochSteps !== 0) await save();
  };
  const onEpoch = async (event: EpochEvent) => {
    metricsLog.epoch(event, await validate(event.step));
    if (performance.now() - saved > Math.min(epochSaveMilliseconds, 1000 * (options.checkpointSeconds ?? 30)))
      await save();
  };

  try {
    watcher.onStart?.(task, position);
    const callbacks = [{ onStep, onEpoch }];
    // biome-ignore lint/suspicious/noFocusedTests: this trains and is no test
    const { reason } = await fit({ ...task, ...limit, callbacks, startAt: position, signal: options.signal });
    const { step, seconds } = position;
    if (reason === "done" && validation?.step !== step) await validate(step);
    await save();
    if (reason === "stopped") return result(false, {});
    // After the checkpoint, so that a run that goes on from there has no such line.
    const epoch = Math.floor(step / task.loader.length);
    if (step % task.loader.length > 0) metricsLog.write({ step, epoch, ...validation?.metrics, seconds });
    const outcome = await task.finish(folder.file("samples"));
    await metricsLog.flush();
    await writeRunReport(folder, task, config, outcome);
    return result(true, outcome.results);
  } finally {
    await metricsLog.close();
  }

  function result(complete: boolean, results: RunResult["results"]): RunResult {
    const { step, seconds } = position;
    return { out: options.out, step, seconds, complete, metrics: validation?.metrics ?? {}, results };
  }
}

/** Puts the checkpoint's state into the task, after a look at whether the same bits can be expected. */
async function resume(task: Task, checkpoint: Checkpoint, config: RunConfig, watcher: RunWatcher): Promise<void> {
  const before = checkpoint.config;
  if (JSON.stringify(before.data) !== JSON.stringify(config.data)) {
    throw new ConvsmithError(
      `${checkpoint.path}: the data is not what the run was started with (${difference(before.data, config.data)}). Give the same data, or start a new run.`,
    );
  }
  if (JSON.stringify(before.numerics) !== JSON.stringify(config.numerics)) {
    watcher.onWarning?.(
      `the run was started where numbers round differently (${difference(before.numerics, config.numerics)}): its bits will differ from an unbroken run's`,
    );
  }
  restore(task, checkpoint);
}

function difference(before: object, now: object): string {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  const value = (from: object, name: string) => JSON.stringify((from as Record<string, unknown>)[name]);
  const name = names.find((each) => value(before, each) !== value(now, each));
  return name ? `${name} was ${value(before, name)}, is ${value(now, name)}` : "another order";
}
