import type { Argv, InferredOptionTypes, Options } from "yargs";
import { useWasm } from "./device.ts";
import { UsageError } from "./errors.ts";
import { onnx } from "./export/onnx.ts";
import type { ExportTarget } from "./export/target.ts";
import { loadKnownWeights } from "./field-weights.ts";
import { findModel } from "./model.ts";
import { jsonOption, modelHelp, modelOptions } from "./model-options.ts";
import { printResult } from "./output.ts";

/** What a network can be written as; one line a target. */
const targets: Readonly<Record<string, ExportTarget>> = {
  onnx,
};

const options = {
  ...modelOptions,
  to: { choices: Object.keys(targets), demandOption: true, describe: "What to write", requiresArg: true },
  out: { alias: "o", type: "string", demandOption: true, describe: "Where to write it", requiresArg: true },
  weights: { type: "string", describe: "A .safetensors, .pt or .pth file, or a run's folder", requiresArg: true },
  module: { type: "string", describe: "The module (net.ts) whose weights MODEL is a file of", requiresArg: true },
  ...jsonOption,
} as const satisfies Record<string, Options>;

type ExportOptions = InferredOptionTypes<typeof options> & { readonly model: string };

export const builder = (argv: Argv): Argv =>
  argv
    .positional("model", { type: "string", describe: modelHelp })
    .options(options)
    .options(Object.assign({}, ...Object.values(targets).map((target) => target.options)))
    .example("$0 export espcn-x3 --to onnx -o espcn.onnx", "")
    .example("$0 export theirs.pth --module their-net.ts --to onnx -o theirs.onnx", "Weights of a network of your own");

/** Writes a network for other tools. @throws ConvsmithError of one line, that names the layer which can't be written. */
export async function handler({ model, to, out, module, json, ...asked }: ExportOptions): Promise<void> {
  const target = targets[to]!;
  for (const [name, other] of Object.entries(targets)) {
    const stray = Object.keys(other.options).find((each) => !(each in target.options) && Object.hasOwn(asked, each));
    if (stray !== undefined) throw new UsageError(`--${stray} is for --to ${name}. Leave it out.`);
  }
  if (module !== undefined && asked.weights !== undefined) {
    throw new UsageError(`with --module the weights are those of ${model}: leave --weights out`);
  }
  await target.checkOut(out);
  useWasm();
  const source = module ?? model;
  const weights = module === undefined ? asked.weights : model;
  const found = await findModel(source, asked);
  const loaded = await loadKnownWeights(source, found.network, { ...asked, weights });
  const { facts, text } = await target.write({ model: found, weights: loaded, out, options: asked });
  printResult(json, { model, to, out, weights: loaded, ...facts }, () => text);
}
