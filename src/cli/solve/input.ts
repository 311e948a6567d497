import type { Argv, InferredOptionTypes, Options } from "yargs";
import { type AcceptedInputs, acceptedInputs, inputsText, type Network, summarize } from "../../analysis/index.ts";
import { findModel } from "../model.ts";
import { modelHelp, modelOptions } from "../model-options.ts";
import { printResult } from "../output.ts";
import { countText } from "../quantity.ts";
import { table } from "../table.ts";
import { readWhole } from "../whole-number.ts";
import { wrappedText } from "../wrapped-text.ts";
import { answerOptions } from "./options.ts";

const { input: _, ...withoutInput } = modelOptions;

const inputOptions = {
  ...withoutInput,
  limit: { type: "string", describe: "The largest size that is tried", default: "512", requiresArg: true },
  json: answerOptions.json,
} as const satisfies Record<string, Options>;

type InputOptions = InferredOptionTypes<typeof inputOptions> & { readonly model: string };

export const command = "input <model>";
export const describe = "The smallest input that a network takes, and which sizes work";

export const builder = (argv: Argv): Argv =>
  argv
    .positional("model", { type: "string", describe: modelHelp })
    .options(inputOptions)
    .example("$0 solve input unet", "")
    .example("$0 solve input net.ts", "");

export async function handler({ model, limit, json, ...request }: InputOptions): Promise<void> {
  const most = readWhole("--limit", limit, 1);
  // The shape is what is asked for: none is worked out here.
  const { network } = await findModel(model, request, () => usual);
  const inputs = acceptedInputs(network, { limit: most });
  const answers = shapesOf(inputs).map((shape) => ({ shape, ...costOf(network, shape) }));
  printResult(json, { ...inputs, answers }, () => text(model, inputs, answers));
}

const usual = [1, 3, 224, 224];

type Answer = { readonly shape: readonly number[] } & ReturnType<typeof costOf>;

function costOf(network: Network, shape: readonly number[]) {
  const { parameters, macs, flops } = summarize(network, shape).totals;
  return { parameters, macs, flops };
}

/** The smallest, and a few more of those that were tried. */
function shapesOf(inputs: AcceptedInputs): number[][] {
  if (inputs.kind === "vectors") return [[1, inputs.features]];
  const { height, width } = inputs;
  const channels = inputs.channels ?? 3;
  const count = Math.min(5, height.accepted.length, width.accepted.length);
  return Array.from({ length: count }, (_, at) => [1, channels, height.accepted[at]!, width.accepted[at]!]);
}

function text(model: string, inputs: AcceptedInputs, answers: readonly Answer[]): string {
  const rows = answers.map(({ shape, parameters, macs, flops }) => [
    shape.join("x"),
    countText(parameters),
    countText(macs),
    countText(flops),
  ]);
  const head = ["input", "parameters", "MACs", "FLOPs"];
  const lines = [wrappedText(`${model} ${inputsText(inputs)}`, "  "), "", table([head, ...rows])];
  if (inputs.kind === "pictures") {
    const { checkedTo } = inputs.height;
    lines.push(
      "",
      wrappedText(
        `Every size up to ${checkedTo} was tried, and a few larger ones: the smallest is exact, the pattern is that of these.`,
      ),
    );
  }
  return lines.join("\n");
}
