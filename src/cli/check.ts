import type { Argv, InferredOptionTypes, Options } from "yargs";
import { conventionOf } from "../analysis/conventions/index.ts";
import { type Budgets, type ConventionName, checkBudgets, type LayerRow, summarize } from "../analysis/index.ts";
import { ConvsmithError } from "../core/errors.ts";
import { budgetTitles, checkText } from "./check-text.ts";
import { conventionOption } from "./convention-option.ts";
import { UsageError } from "./errors.ts";
import { findModel } from "./model.ts";
import { jsonOption, modelHelp, modelOptions } from "./model-options.ts";
import { printResult } from "./output.ts";
import { parseBytes, parseCount } from "./quantity.ts";
import { memoryDevice, memoryOn, memoryParts, memorySetting } from "./run-memory.ts";
import { readWhole } from "./whole-number.ts";

const budget = (describe: string) => ({ type: "string", describe, requiresArg: true }) as const;

const checkOptions = {
  ...modelOptions,
  ...jsonOption,
  "max-params": budget("At most so many parameters, such as 5M"),
  "max-macs": budget("At most so many multiply-accumulates"),
  "max-flops": budget("At most so many FLOPs, such as 1G"),
  "max-activations": budget("At most so many bytes given out by all layers together"),
  "max-memory": budget("At most so many bytes allocated by a run, such as 200MB: input, activations, weights"),
  "min-field": budget("At least such a receptive field, in pixels, before a global pooling"),
  ...conventionOption,
  train: { type: "boolean", describe: "--max-memory is for a training step with Adam", default: false },
} as const satisfies Record<string, Options>;

export type CheckOptions = InferredOptionTypes<typeof checkOptions> & { readonly model: string };

const readers = {
  "max-params": ["parameters", parseCount],
  "max-macs": ["macs", parseCount],
  "max-flops": ["flops", parseCount],
  "max-activations": ["activations", parseBytes],
  "max-memory": ["memory", parseBytes],
  "min-field": ["field", (option: string, text: string) => readWhole(option, text, 1)],
} as const satisfies Partial<Record<keyof CheckOptions, unknown>>;

export const builder = (argv: Argv): Argv =>
  argv
    .positional("model", { type: "string", describe: modelHelp })
    .options(checkOptions)
    .example("$0 check net.ts --input 1x3x224x224 --max-params 5M --max-flops 1G", "")
    .example("$0 check resnet18 --input 1x3x224x224 --max-memory 200MB --min-field 101", "");

export async function handler(options: CheckOptions): Promise<void> {
  const budgets = budgetsOf(options);
  checkPrinted(budgets, options.convention);
  const { network, inputShape } = await findModel(options.model, options);
  const summary = summarize(network, inputShape, { convention: options.convention as ConventionName, partial: true });
  if (summary.error !== null) throw summary.error;
  const [unknown] = summary.unknown;
  if (unknown && budgets.memory !== undefined) throw openError(options.model, ["memory"], unknown);
  const device = budgets.memory === undefined ? null : memoryDevice();
  const memory = device ? memoryParts(memoryOn(device, network, inputShape, options.train)) : [];
  const results = checkBudgets(summary, budgets, memory);
  // What is not counted can only add to these; parameters are all stored in the file.
  const open = results.filter(({ budget, kept }) => unknown && kept && budget !== "parameters");
  if (unknown && budgets.field !== undefined) open.push(results.find(({ budget }) => budget === "field")!);
  const run = device && memorySetting(device, options.train);
  const kept = results.every((result) => result.kept) && open.length === 0;
  const { convention } = summary;
  const unconfirmed = [...new Set(open)].map(({ budget }) => budget);
  const facts = { model: options.model, inputShape, convention, kept, budgets: results, unconfirmed, memory: run };
  printResult(options.json, facts, () => checkText(facts));
  if (kept) return;
  const failed = results.filter((result) => !result.kept && !unconfirmed.includes(result.budget));
  const broken = failed.map((result) => budgetTitles[result.budget]);
  if (unknown && broken.length === 0) throw openError(options.model, unconfirmed, unknown);
  throw new ConvsmithError(
    `${options.model}: keeps ${results.length - broken.length} of ${results.length} budgets, not that of ${broken.join(", ")}`,
  );
}

function openError(model: string, budgets: readonly (keyof Budgets)[], { path, unknown }: LayerRow): ConvsmithError {
  const names = budgets.map((each) => budgetTitles[each]).join(", ");
  return new ConvsmithError(`${model}: the budget of ${names} can't be confirmed, because of ${path}: ${unknown}`);
}

/** A tool that prints one of the two alone has no say in the other. @throws UsageError */
function checkPrinted(budgets: Budgets, convention: string): void {
  const { name, prints } = conventionOf(convention);
  const missing = (["macs", "flops"] as const).find((each) => budgets[each] !== undefined && !prints.includes(each));
  if (!missing) return;
  const [other] = prints as ["macs" | "flops"];
  throw new UsageError(
    `check: ${name} prints ${budgetTitles[other]} alone: use --max-${other} with it, or another --convention for --max-${missing}`,
  );
}

function budgetsOf(options: CheckOptions): Budgets {
  const given = Object.entries(readers).flatMap(([option, [name, parse]]) => {
    const text = options[option as keyof typeof readers];
    return text === undefined ? [] : [[name, parse(`--${option}`, text)]];
  });
  if (given.length > 0) return Object.fromEntries(given);
  const names = Object.keys(readers).map((option) => `--${option}`);
  throw new UsageError(`check: needs a budget: ${names.slice(0, -1).join(", ")} or ${names.at(-1)}`);
}
