import type { Argv, InferredOptionTypes, Options } from "yargs";
import { summarize } from "../analysis/index.ts";
import { parseInputShape } from "./input-shape.ts";
import { findNetwork } from "./model.ts";
import { printResult } from "./output.ts";

/** What summary and plan have in common. */
export const networkOptions = {
  input: {
    type: "string",
    describe: "Shape of the input, such as 1x3x224x224",
    requiresArg: true,
    demandOption: true,
  },
  scale: { type: "number", describe: "Super-resolution: how much larger a picture becomes [3]", requiresArg: true },
  json: { type: "boolean", describe: "Print the result as JSON on stdout", default: false },
} as const satisfies Record<string, Options>;

export const modelHelp =
  "A known name (espcn, espcn-x3, …), a run's folder, a .safetensors file, or a module such as net.ts";

export type SummaryOptions = InferredOptionTypes<typeof networkOptions> & { readonly model: string };

export const builder = (argv: Argv): Argv =>
  argv
    .positional("model", { type: "string", describe: modelHelp })
    .options(networkOptions)
    .example("$0 summary espcn --scale 3 --input 1x1x360x640", "")
    .example("$0 summary net.ts --input 1x3x224x224 --json", "");

export async function handler({ model, input, scale, json }: SummaryOptions): Promise<void> {
  const shape = parseInputShape(input);
  const { network } = await findNetwork(model, shape, scale);
  const summary = summarize(network, shape);
  printResult(json, summary, () => summary.toString());
}
