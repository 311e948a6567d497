import type { Argv, InferredOptionTypes, Options } from "yargs";
import { type FieldSolution, fieldRules, solveField } from "../../analysis/index.ts";
import { modelHelp, modelOptions } from "../model-options.ts";
import { printResult } from "../output.ts";
import { countText } from "../quantity.ts";
import { readWhole } from "../whole-number.ts";
import { wrappedText } from "../wrapped-text.ts";
import { answersText } from "./answers.ts";
import { networkFor } from "./network.ts";
import { answerOptions } from "./options.ts";

const fieldOptions = {
  want: { type: "string", describe: "Pixels that a position shall see", demandOption: true, requiresArg: true },
  layer: { type: "string", describe: "The layer that shall see them [the last that sees a part]", requiresArg: true },
  ...modelOptions,
  ...answerOptions,
} as const satisfies Record<string, Options>;

type FieldOptions = InferredOptionTypes<typeof fieldOptions> & { readonly model: string };

export const command = "field <model>";
export const describe = "The cheapest change of a layer that reaches a wanted receptive field";

export const builder = (argv: Argv): Argv =>
  argv
    .positional("model", { type: "string", describe: modelHelp })
    .options(fieldOptions)
    .example("$0 solve field espcn --want 17", "")
    .example("$0 solve field resnet18 --want 501 --layer layer4", "");

export async function handler(options: FieldOptions): Promise<void> {
  const want = readWhole("--want", options.want, 1);
  const top = readWhole("--top", options.top, 1);
  const { network, inputShape: shape } = await networkFor(options.model, options);
  const solution = solveField(network, shape, want, options.layer === undefined ? {} : { layer: options.layer });
  printResult(options.json, { input: shape, ...solution, rules: fieldRules }, () => text(solution, shape, top));
}

function text(
  { layer, field, want, flops, parameters, answers }: FieldSolution,
  shape: readonly number[],
  top: number,
): string {
  const now = `${layer} sees ${field} pixels of ${shape.join("x")} (${countText(parameters)} parameters, ${countText(flops)} FLOPs)`;
  if (field >= want) return wrappedText(`${now}: ${want} are reached already.`, "  ");
  if (answers.length === 0)
    return wrappedText(`${now}. No change of one layer makes it ${want}: change several.`, "  ");
  const rows = answers.map((answer) => [
    `${answer.layer}: ${answer.change}`,
    `${answer.field}`,
    added(answer.parametersAdded),
    added(answer.flopsAdded),
    answer.otherAdded === 0 ? "" : added(answer.otherAdded),
    answer.coarser ? "coarser" : "",
  ]);
  const head = ["change", "field", "parameters", "FLOPs", "other", "note"];
  const kept = wrappedText(
    "Each change is proven on the changed network. Padding grows with the kernel, so that sizes stay; a dilated kernel sees its field with gaps; coarser: layers behind it have fewer positions.",
  );
  return [wrappedText(`${now}; ${want} are wanted.`, "  "), "", answersText(head, rows, top, fieldRules), kept].join(
    "\n",
  );
}

const added = (value: number) => (value === 0 ? "0" : value < 0 ? `−${countText(-value)}` : `+${countText(value)}`);
