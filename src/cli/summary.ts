import type { Argv, InferredOptionTypes } from "yargs";
import { summarize } from "../analysis/index.ts";
import { findModel } from "./model.ts";
import { jsonOption, modelHelp, modelOptions } from "./model-options.ts";
import { printResult } from "./output.ts";

const options = { ...modelOptions, ...jsonOption };

export type SummaryOptions = InferredOptionTypes<typeof options> & { readonly model: string };

export const builder = (argv: Argv): Argv =>
  argv
    .positional("model", { type: "string", describe: modelHelp })
    .options(options)
    .example("$0 summary espcn --scale 3 --input 1x1x360x640", "")
    .example("$0 summary net.ts --input 1x3x224x224 --json", "");

export async function handler({ model, json, ...request }: SummaryOptions): Promise<void> {
  const { network, inputShape } = await findModel(model, request);
  const summary = summarize(network, inputShape);
  printResult(json, summary, () => summary.toString());
}
