import type { Argv, InferredOptionTypes, Options } from "yargs";
import {
  type Budget,
  type BudgetAnswer,
  type BudgetSolution,
  largestInput,
  largestWidth,
  type MeasureMemory,
} from "../../analysis/index.ts";
import type { WasmDevice } from "../../devices/wasm/device.ts";
import { models, widthScalable } from "../../models/index.ts";
import { UsageError } from "../errors.ts";
import { modelHelp, modelOptions } from "../model-options.ts";
import { printResult } from "../output.ts";
import { bytesText, countText, parseBytes, parseCount } from "../quantity.ts";
import { countedText, type MemorySetting, memoryDevice, memoryOn, memorySetting } from "../run-memory.ts";
import { SlowProgress } from "../slow-progress.ts";
import { table } from "../table.ts";
import { wrappedText } from "../wrapped-text.ts";
import { networkFor } from "./network.ts";
import { answerOptions } from "./options.ts";

const limit = (describe: string) => ({ type: "string", describe, requiresArg: true }) as const;

const budgetOptions = {
  "max-params": limit("Parameters at most: 5M, 250000"),
  "max-macs": limit("Multiply-accumulates at most: 0.5G"),
  "max-flops": limit("FLOPs at most: 1G"),
  "max-memory": limit("Memory of a run at most: 200MB, 64MiB"),
  vary: { choices: ["input", "width"], describe: "What grows until the budget is used up", default: "input" },
  train: { type: "boolean", describe: "Memory of a training step, not of inference", default: false },
  ...modelOptions,
  json: answerOptions.json,
} as const satisfies Record<string, Options>;

type BudgetOptions = InferredOptionTypes<typeof budgetOptions> & { readonly model: string };

export const command = "budget <model>";
export const describe = "The largest input, or width, that keeps a budget of parameters, FLOPs or memory";

export const builder = (argv: Argv): Argv =>
  argv
    .positional("model", { type: "string", describe: modelHelp })
    .options(budgetOptions)
    .example("$0 solve budget resnet18 --max-flops 1G", "")
    .example("$0 solve budget espcn --max-memory 64MiB --input 1x1x360x640", "")
    .example("$0 solve budget mobilenet_v2 --vary width --max-params 2M", "");

export async function handler(options: BudgetOptions): Promise<void> {
  const { model, vary, train, json } = options;
  const budget = budgetOf(options);
  if (train && budget.memoryBytes === undefined)
    throw new UsageError("--train changes memory alone: it needs --max-memory");
  if (vary === "width") checkWidth(model, options["width-multiplier"]);
  else if (Object.keys(budget).join() === "parameters") {
    throw new UsageError(
      "--max-params alone does not limit the input: parameters don't grow with it. Use --vary width, or another limit",
    );
  }
  const { inputShape: shape, make } = await networkFor(model, options);
  const widened = async (width: number) => (await networkFor(model, { ...options, "width-multiplier": width })).network;
  const device = budget.memoryBytes === undefined ? null : memoryDevice();
  const progress = new SlowProgress("Trying networks");
  const measure = device ? memoryOf(device, train, progress) : undefined;
  let solution: BudgetSolution;
  try {
    solution =
      vary === "width"
        ? await largestWidth(widened, shape, budget, measure)
        : await largestInput(make, shape, budget, measure);
  } finally {
    progress.stop();
  }
  const memory = device && memorySetting(device, train);
  printResult(json, { vary, budget, memory, ...solution }, () => text(options, solution, memory));
}

function budgetOf(options: BudgetOptions): Budget {
  const read = (option: "max-params" | "max-macs" | "max-flops" | "max-memory", parse: typeof parseCount) => {
    const said = options[option];
    return said === undefined ? undefined : parse(`--${option}`, said);
  };
  const budget = {
    parameters: read("max-params", parseCount),
    macs: read("max-macs", parseCount),
    flops: read("max-flops", parseCount),
    memoryBytes: read("max-memory", parseBytes),
  };
  const set = Object.fromEntries(Object.entries(budget).filter(([, value]) => value !== undefined));
  if (Object.keys(set).length === 0) {
    throw new UsageError("a budget needs a limit: --max-params, --max-macs, --max-flops or --max-memory");
  }
  return set;
}

/** A name with its scale: "espcn-x3". */
const nameOf = (model: string) => model.replace(/-x\d+$/, "");

/** @throws UsageError for a network whose width can't be varied. */
function checkWidth(model: string, given?: number): void {
  if (given !== undefined) throw new UsageError("--vary width tries multipliers: leave --width-multiplier out");
  const name = nameOf(model).toLowerCase();
  if (widthScalable.includes(name)) return;
  const known = Object.keys(models).some((each) => each.toLowerCase() === name);
  const reason = known ? "has no width to vary" : "is no network of convsmith's own, so that its width can't be varied";
  throw new UsageError(`${model}: ${reason}. Those that have one are ${widthScalable.join(", ")}`);
}

function memoryOf(device: WasmDevice, train: boolean, progress: SlowProgress): MeasureMemory {
  let tried = 0;
  return async (network, shape) => {
    progress.count(tried++);
    return memoryOn(device, network, shape, train).totalBytes;
  };
}

function text({ model, vary }: BudgetOptions, { answers, over }: BudgetSolution, memory: MemorySetting | null): string {
  const head = [vary, "parameters", "MACs", "FLOPs", ...(memory ? ["memory"] : []), "budget"];
  const row = (answer: BudgetAnswer, note: string) => [
    vary === "width" ? `${answer.value}` : answer.shape.join("x"),
    countText(answer.parameters),
    countText(answer.macs),
    countText(answer.flops),
    ...(memory ? [bytesText(answer.memoryBytes ?? 0)] : []),
    note,
  ];
  const [first] = answers as [BudgetAnswer];
  const found = vary === "width" ? `width ${first.value} at ${first.shape.join("x")}` : first.shape.join("x");
  const largest = over
    ? `the largest that keeps the budget is ${found}`
    : `${found}, the largest there is, keeps the budget`;
  const rows = [...(over ? [row(over, "over")] : []), ...answers.map((answer) => row(answer, "kept"))];
  return [
    wrappedText(`${model}: ${largest}`, "  "),
    "",
    table([head, ...rows]),
    ...(memory ? ["", wrappedText(countedText(memory))] : []),
  ].join("\n");
}
