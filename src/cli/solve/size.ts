import type { Argv, InferredOptionTypes, Options } from "yargs";
import {
  convOutputSize,
  convTransposeOutputSize,
  poolOutputSize,
  type SizeAnswer,
  sizeRules,
  solveSize,
  type WindowKind,
} from "../../analysis/index.ts";
import { UsageError } from "../errors.ts";
import { printResult } from "../output.ts";
import { readWhole } from "../whole-number.ts";
import { wrappedText } from "../wrapped-text.ts";
import { answersText } from "./answers.ts";
import { answerOptions, side } from "./options.ts";

const fixed = (describe: string) => ({ type: "string", describe, requiresArg: true }) as const;

const sizeOptions = {
  kernel: fixed("Keep this kernel size"),
  stride: fixed("Keep this stride"),
  padding: fixed("Keep this padding"),
  dilation: fixed("Keep this dilation"),
  "output-padding": fixed("Keep this output padding (with --transposed)"),
  transposed: { type: "boolean", describe: "A transposed convolution", default: false },
  pool: { type: "boolean", describe: "A pooling: padding of at most half the kernel", default: false },
  ceil: { type: "boolean", describe: "A pooling that rounds up (ceilMode)", default: false },
  ...answerOptions,
} as const satisfies Record<string, Options>;

type SizeOptions = InferredOptionTypes<typeof sizeOptions> & { readonly from: string; readonly to: string };

export const command = "size <from> <to>";
export const describe = "Which kernel, stride, padding and dilation turn one size into another";

export const builder = (argv: Argv): Argv =>
  argv
    .positional("from", { type: "string", describe: "Size of the input: 224, or 224x320" })
    .positional("to", { type: "string", describe: "Size of the output" })
    .options(sizeOptions)
    .example("$0 solve size 32 16", "")
    .example("$0 solve size 224 112 --kernel 7 --stride 2", "")
    .example("$0 solve size 16 32 --transposed", "");

export async function handler(options: SizeOptions): Promise<void> {
  const kind = kindOf(options);
  const [from, to] = [side(options.from), side(options.to)];
  const top = readWhole("--top", options.top, 1);
  const settled = {
    ...given("kernel", readWhole("--kernel", options.kernel, 1)),
    ...given("stride", readWhole("--stride", options.stride, 1)),
    ...given("padding", readWhole("--padding", options.padding, 0)),
    ...given("dilation", readWhole("--dilation", options.dilation, 1)),
    ...given("outputPadding", readWhole("--output-padding", options["output-padding"], 0)),
  };
  const answers = solveSize(from, to, { kind, ...settled });
  const rules = sizeRules[kind === "transposed" ? "transposed" : "window"];
  printResult(options.json, { kind, from, to, settled, rules, answers }, () => text(kind, from, answers, top, rules));
}

const given = (key: string, value: number | undefined) => (value === undefined ? {} : { [key]: value });

function kindOf(options: SizeOptions): WindowKind {
  const { transposed, pool, ceil } = options;
  if (transposed && (pool || ceil))
    throw new UsageError("--transposed can't go with --pool or --ceil: a pooling has no transposed form");
  if (options["output-padding"] !== undefined && !transposed)
    throw new UsageError("--output-padding needs --transposed");
  return transposed ? "transposed" : ceil ? "ceil pool" : pool ? "pool" : "conv";
}

function text(
  kind: WindowKind,
  from: readonly [number, number],
  answers: readonly SizeAnswer[],
  top: number,
  rules: readonly string[],
): string {
  const pools = kind === "pool" || kind === "ceil pool";
  const per = pools ? "values/output" : "MACs/output";
  const head = ["layer", per, "in all", kind === "transposed" ? "not reached" : "not read", "dropped", "note"];
  const rows = answers.map((answer) => [
    layerText(kind, answer),
    `${Number(answer.macsPerOutput.toFixed(2))}`,
    answer.macs.toLocaleString("en-US"),
    answer.missed > 0 ? answer.missed.toLocaleString("en-US") : "",
    answer.dropped > 0 ? `${answer.dropped}` : "",
    noteOf(answer),
  ]);
  const [first] = answers as [SizeAnswer];
  const unit = pools
    ? "Values are those of one channel."
    : "MACs are those of one input channel for one output channel.";
  const traces = new Set(from.map((size) => traceOf(kind, size, first)));
  return [
    ...[...traces].map((trace) => wrappedText(trace, "  ")),
    "",
    answersText(head, rows, top, rules),
    wrappedText(unit),
  ].join("\n");
}

function layerText(kind: WindowKind, { kernel, stride, padding, dilation, outputPadding }: SizeAnswer): string {
  const pools = kind === "pool" || kind === "ceil pool";
  const options = [
    stride === (pools ? kernel : 1) ? "" : `stride: ${stride}`,
    padding === 0 ? "" : `padding: ${padding}`,
    dilation === 1 ? "" : `dilation: ${dilation}`,
    outputPadding === 0 ? "" : `outputPadding: ${outputPadding}`,
    kind === "ceil pool" ? "ceilMode: true" : "",
  ].filter((each) => each !== "");
  const last = options.length > 0 ? `, { ${options.join(", ")} }` : "";
  if (pools) return `MaxPool2d(${kernel}${last})`;
  return `${kind === "transposed" ? "ConvTranspose2d" : "Conv2d"}(…, ${kernel}${last})`;
}

function noteOf({ dilation, uneven }: SizeAnswer): string {
  if (uneven) return "checkerboard";
  return dilation > 1 ? "dilated" : "";
}

/** The formula with the first answer's numbers put in. */
function traceOf(kind: WindowKind, input: number, { kernel, ...numbers }: SizeAnswer): string {
  if (kind === "transposed") return convTransposeOutputSize(input, kernel, numbers).trace;
  if (kind === "conv") return convOutputSize(input, kernel, numbers).trace;
  return poolOutputSize(input, kernel, { ...numbers, ceilMode: kind === "ceil pool" }).trace;
}
