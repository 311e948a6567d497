import type { Argv, InferredOptionTypes, Options } from "yargs";
import {
  type ConventionName,
  changeOf,
  diffSummaries,
  foldBatchNorm,
  type RunMemory,
  summarize,
} from "../analysis/index.ts";
import { conventionOption } from "./convention-option.ts";
import { diffText } from "./diff-text.ts";
import { UsageError } from "./errors.ts";
import { findModel } from "./model.ts";
import { jsonOption, modelHelp, modelOptions } from "./model-options.ts";
import { printResult } from "./output.ts";
import { memoryDevice, memoryOn, memorySetting } from "./run-memory.ts";

const diffOptions = {
  ...modelOptions,
  "input-b": { type: "string", describe: "Shape of the second network's input [default: --input]", requiresArg: true },
  fold: {
    type: "boolean",
    describe: "Fold batch norm in the second network, or in the one that there is",
    default: false,
  },
  ...conventionOption,
  all: { type: "boolean", describe: "Show the layers that are alike too", default: false },
  ...jsonOption,
} as const satisfies Record<string, Options>;

export type DiffOptions = InferredOptionTypes<typeof diffOptions> & {
  readonly model: string;
  readonly other?: string | undefined;
};

export const builder = (argv: Argv): Argv =>
  argv
    .positional("model", { type: "string", describe: modelHelp })
    .positional("other", { type: "string", describe: "The second network [default: the first]" })
    .options(diffOptions)
    .example("$0 diff resnet18 resnet34", "")
    .example("$0 diff resnet18 --fold", "");

export async function handler({ model, other, fold, all, json, convention, ...request }: DiffOptions): Promise<void> {
  const inputB = request["input-b"] ?? request.input;
  if (other === undefined && !fold && inputB === request.input) {
    throw new UsageError("diff: needs a second network, or --fold or --input-b to compare the first with itself");
  }
  const a = await findModel(model, { ...request, convention, fold });
  const b = await findModel(other ?? model, { ...request, convention, fold, input: inputB });
  const options = { convention: convention as ConventionName };
  const before = summarize(a.network, a.inputShape, options);
  const folding = fold ? foldBatchNorm(b.network, b.inputShape) : null;
  const diff = diffSummaries(before, summarize(b.network, b.inputShape, options));
  const names = { a: model, b: folding ? `${other ?? model} with batch norm folded` : (other ?? model) };
  const device = memoryDevice();
  const [from, to] = [a, b].map(({ network, inputShape }) => memoryOn(device, network, inputShape)) as [
    RunMemory,
    RunMemory,
  ];
  const run = {
    ...memorySetting(device),
    memoryBytes: changeOf(from.totalBytes, to.totalBytes),
    steps: changeOf(from.timeline.length, to.timeline.length),
  };
  printResult(json, { ...names, ...diff, run, folding }, () => diffText(diff, { ...names, run, folding, all }));
}
