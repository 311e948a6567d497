import { ArgumentError, ConvsmithError } from "../core/errors.ts";
import { manualSeed } from "../tensor/index.ts";
import { type Checkpoint, readCheckpoint } from "./checkpoint.ts";
import { checkLimit, type Limit } from "./limit.ts";
import type { Json } from "./run-config.ts";
import { RunFolder } from "./run-folder.ts";
import { type RunOptions, type RunResult, type RunWatcher, runTask } from "./run-task.ts";
import type { Task } from "./task.ts";

/** How a run is carried out; nothing here changes its numbers but the limit. */
export interface RunControls
  extends Limit,
    Pick<RunOptions, "out" | "replace" | "signal" | "watcher" | "checkpointSeconds"> {
  /** Go on with the run in `out`. Options that are given must be those that it was started with. */
  readonly resume?: boolean;
}

/** Options of a kind of task: what JSON keeps, with a seed. */
export type Recipe = { readonly seed: number } & { readonly [option: string]: Json };

/** A kind of task: its defaults, and how it is made from them. */
export interface TaskKind<R extends Recipe> {
  readonly name: string;
  /** `undefined`: an option that must be given. */
  readonly defaults: { readonly [K in keyof R]: R[K] | undefined };
  /** Used when a new run gets none. */
  readonly limit: Limit;
  /** @throws ArgumentError for a wrong option. Before anything is read. */
  check(recipe: R): void;
  /** @param resumed the network's numbers will be those of a checkpoint. */
  create(recipe: R, watcher: RunWatcher, resumed: boolean): Promise<Task>;
}

/** Starts a run, or goes on with one. @throws ConvsmithError for anything that is wrong with options, data or folder. */
export async function startRun<R extends Recipe>(
  kind: TaskKind<R>,
  given: { readonly [K in keyof R]?: R[K] | undefined },
  controls: RunControls,
): Promise<RunResult> {
  const { out, epochs, steps, minutes, resume = false, replace = false, watcher = {} } = controls;
  const folder = new RunFolder(out);
  const checkpoint = resume ? await openRun(folder, kind.name) : null;
  const recipe = mergeOptions(kind, given, checkpoint);
  const limited = epochs !== undefined || steps !== undefined || minutes !== undefined;
  const limit: Limit = limited ? defined({ epochs, steps, minutes }) : (checkpoint?.config.limit ?? kind.limit);
  checkLimit(limit);
  checkSeed(recipe.seed);
  kind.check(recipe);
  if (!checkpoint) await folder.checkFree(replace);
  if (checkpoint && JSON.stringify(limit) !== JSON.stringify(checkpoint.config.limit)) {
    watcher.onWarning?.("the run has a new limit, and its learning rate follows that from here on");
  }
  manualSeed(recipe.seed);
  const task = await kind.create(recipe, watcher, checkpoint !== null);
  return await runTask(task, { ...controls, limit, options: recipe, checkpoint });
}

async function openRun(folder: RunFolder, task: string): Promise<Checkpoint> {
  if (!(await folder.exists())) {
    throw new ConvsmithError(`${folder.path}: holds no run to go on with. Start one without --resume.`);
  }
  const checkpoint = await readCheckpoint(folder.file("checkpoint"));
  if (checkpoint.config.task !== task) {
    throw new ConvsmithError(`${folder.path}: holds a run of ${checkpoint.config.task}, not of ${task}`);
  }
  return checkpoint;
}

function mergeOptions<R extends Recipe>(
  kind: TaskKind<R>,
  given: { readonly [option: string]: Json | undefined },
  checkpoint: Checkpoint | null,
): R {
  const base: Readonly<Record<string, Json | undefined>> = { ...kind.defaults, ...checkpoint?.config.options };
  const options = defined({ ...base, ...defined(given) });
  for (const name of Object.keys(kind.defaults)) {
    if (options[name] === undefined) throw new ArgumentError(`${kind.name}: needs --${name}`);
    const [was, is] = [base[name], options[name]].map((value) => JSON.stringify(value));
    if (checkpoint && was !== is) {
      throw new ConvsmithError(
        `${checkpoint.path}: the run was started with --${name} ${was}, got ${is}. Leave it out, or start a new run.`,
      );
    }
  }
  return options as unknown as R;
}

function checkSeed(seed: number): void {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new ArgumentError(`training: the seed must be a whole number in 0..2^53 - 1, got ${seed}`);
  }
}

const defined = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T;
