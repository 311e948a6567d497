import type { Argv, InferredOptionTypes, Options } from "yargs";
import { type SameAnswer, solveSame } from "../../analysis/index.ts";
import { printResult } from "../output.ts";
import { readWhole } from "../whole-number.ts";
import { wrappedText } from "../wrapped-text.ts";
import { answersText } from "./answers.ts";
import { answerOptions } from "./options.ts";

const sameOptions = {
  kernel: { type: "string", describe: "Kernel size", demandOption: true, requiresArg: true },
  stride: { type: "string", describe: "Stride: the output is ⌈W/S⌉ then", default: "1", requiresArg: true },
  dilation: { type: "string", describe: "Dilation", default: "1", requiresArg: true },
  ...answerOptions,
} as const satisfies Record<string, Options>;

type SameOptions = InferredOptionTypes<typeof sameOptions>;

export const command = "same";
export const describe = "Which padding keeps the size, or gives ⌈W/S⌉ with a stride";

export const builder = (argv: Argv): Argv =>
  argv.options(sameOptions).example("$0 solve same --kernel 5", "").example("$0 solve same --kernel 4 --stride 2", "");

const rules = ["holds for the most widths", "the same on both sides", "least padding"];

export async function handler(options: SameOptions): Promise<void> {
  const kernel = readWhole("--kernel", options.kernel, 1);
  const stride = readWhole("--stride", options.stride, 1);
  const dilation = readWhole("--dilation", options.dilation, 1);
  const top = readWhole("--top", options.top, 1);
  const answers = solveSame(kernel, { stride, dilation });
  printResult(options.json, { kernel, stride, dilation, rules, answers }, () => {
    const rows = answers.map((answer) => [
      useOf(answer),
      `${answer.before}`,
      `${answer.after}`,
      `${answer.before + answer.after}`,
      widthsOf(answer, stride),
    ]);
    const head = ["use", "before", "after", "pixels added", "keeps"];
    const even = answers.some(({ symmetric, remainders }) => symmetric && remainders.length === stride)
      ? []
      : [
          wrappedText(
            `An even extent (${dilation * (kernel - 1) + 1}) needs one pixel more behind than before: no equal padding holds for every width.`,
          ),
        ];
    return [answersText(head, rows, top, rules), ...even].join("\n");
  });
}

function useOf({ before, after, symmetric }: SameAnswer): string {
  return symmetric ? `padding: ${before}` : `ZeroPad2d([${before}, ${after}, ${before}, ${after}]) in front`;
}

function widthsOf({ remainders }: SameAnswer, stride: number): string {
  const result = stride === 1 ? "W" : `⌈W/${stride}⌉`;
  if (remainders.length === stride) return `${result} for every W`;
  return `${result} for W mod ${stride} = ${remainders.join(", ")}`;
}
