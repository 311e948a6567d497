import { existsSync } from "node:fs";
import { extname } from "node:path";
import type { Argv } from "yargs";
import type { RunControls, RunResult, Task } from "../training/node.ts";
import { useWasm } from "./device.ts";
import { UsageError } from "./errors.ts";
import { interruptible } from "./interrupt.ts";
import { printResult, say } from "./output.ts";
import { clock } from "./progress.ts";
import { shellWord } from "./shell-word.ts";
import { type TrainOptions, trainOptions } from "./train-options.ts";
import { watchRun } from "./train-progress.ts";

export const builder = (argv: Argv): Argv =>
  argv
    .positional("network", {
      type: "string",
      describe: "espcn, a classifier's name (lenet, resnet18, …), or a module such as net.ts that exports a network",
    })
    .options(trainOptions)
    .example("$0 train espcn --scale 3 --data photos --out runs/first --minutes 2", "")
    .example("$0 train lenet --data mnist --out runs/digits --epochs 3", "")
    .example(
      "$0 train resnet18 --weights resnet18.pth --replace fc --freeze all --data pets -o runs/pets",
      "fine-tuning",
    )
    .example("$0 train net.ts --data pets --out runs/pets --input 3x32x32", "one folder of pictures per class");

export async function handler(options: TrainOptions & { readonly network: string }): Promise<void> {
  const { network, json } = options;
  const start = await starter(network, options);
  useWasm(options.threads);
  let task: Task | null = null;
  const { watcher, stop } = watchRun((started) => {
    task = started;
  });
  const message = "Stopping after this step; the run is saved. Ctrl+C once more ends at once.";
  let result: RunResult;
  try {
    result = await interruptible(message, (signal) => start({ ...controls(options), signal, watcher }));
  } finally {
    stop();
  }
  if (!result.complete)
    say(
      `Saved after step ${result.step}. Go on with: convsmith train ${shellWord(network)} --out ${shellWord(result.out)} --resume`,
    );
  printResult(json, result, () => summary(result, task));
}

function controls(options: TrainOptions): Omit<RunControls, "signal" | "watcher"> {
  const { out, epochs, steps, minutes, resume } = options;
  return { out, epochs, steps, minutes, resume, checkpointSeconds: options["checkpoint-seconds"] };
}

type Start = (controls: RunControls) => Promise<RunResult>;

/** What trains this network. @throws UsageError where it is unknown, or options of another are given. */
async function starter(network: string, options: TrainOptions): Promise<Start> {
  const { data, seed, lr, batch, augment, scale, validate, patch, stride, copies } = options;
  const { weights, key, rename, replace, freeze } = options;
  const fineTuning = { weights, key, rename, replace, freeze };
  const sizes = (name: "input" | "mean" | "std" | "copies", separator: string) =>
    options[name] === undefined ? undefined : numbers(name, options[name], separator);
  const [input, mean, std] = [sizes("input", "x"), sizes("mean", ","), sizes("std", ",")];
  const shared = { data, seed, lr, batch, augment, finalLr: options["final-lr"], warmup: options.warmup };
  const foreign = (names: Record<string, unknown>) => {
    const name = Object.keys(names).find((each) => names[each] !== undefined);
    if (name) throw new UsageError(`train ${network}: --${name} is not an option of this network`);
  };
  const training = await import("../training/node.ts");
  if (network === "espcn") {
    foreign({ input, mean, std, ...fineTuning });
    if (augment === "crop")
      throw new UsageError("train espcn: --augment must be one of none, flip, dihedral, got crop");
    const recipe = { ...shared, augment, scale, validate, patch, stride, copies: sizes("copies", ",") };
    return (run) => training.trainEspcn(recipe, run);
  }
  foreign({ scale, validate, patch, stride, copies });
  if (network === "lenet") {
    foreign({ input, mean, std });
    return (run) => training.trainLenet({ ...shared, ...fineTuning }, run);
  }
  if (/^\.[cm]?[jt]s$/.test(extname(network)) || existsSync(network)) {
    foreign({ mean, std });
    const { packageModules } = await import("./package-modules.ts");
    const recipe = { ...shared, ...fineTuning, module: network, input };
    return async (run) => training.trainUserNetwork(recipe, await packageModules(), run);
  }
  const recipe = { ...shared, ...fineTuning, input, mean, std };
  return (run) => training.trainKnownClassifier(network, recipe, run);
}

function numbers(name: string, text: string, separator: string): number[] {
  const values = text.split(separator).map((each) => (each.trim() === "" ? Number.NaN : Number(each)));
  if (values.some(Number.isNaN))
    throw new UsageError(`train: --${name} must be numbers separated by "${separator}", got ${text}`);
  return values;
}

function summary({ out, step, seconds, complete, metrics }: RunResult, task: Task | null): string {
  const { key = "", label, unit, digits } = task?.metric ?? {};
  const value = metrics[key];
  const figure = value === undefined ? "" : `, ${label} ${value.toFixed(digits)} ${unit}`;
  const report = complete ? `\nReport: ${out}/report.html` : "";
  return `${complete ? "Trained" : "Stopped at"} ${step} steps in ${clock(seconds)}${figure}${report}`;
}
