import { type Formula, needExact, needWhole, type WindowOptions } from "./formula.ts";
import { convTerms, type KernelSize, type LayerOptions, type Plane } from "./layer-cost.ts";
import { convTransposeOutputSize } from "./output-size.ts";

/** Numbers of both axes alike. */
export interface TransposedOptions extends LayerOptions, WindowOptions {
  readonly outputPadding?: number;
}

/** `effective` leaves out the products that fall into the border which padding crops. */
export interface TransposedFormula extends Formula {
  readonly effective: number;
}

/**
 * Multiply-accumulates of a transposed convolution for one picture, whose *input* is [height, width]: `Ci/groups·Co·kh·kw·H·W`,
 * those that padding crops from the output among them. Tools that use the output's size count stride² times as many.
 * @throws ShapeError as convParameters and convTransposeOutputSize.
 * @example
 * import { convTransposeMacs } from "convsmith/analysis";
 * const { trace, effective } = convTransposeMacs(4, 6, 4, [8, 8], { stride: 2, padding: 1 });
 * console.log(trace, effective); // 4·6·4·4·8·8 = 24576 21600
 */
export function convTransposeMacs(
  inChannels: number,
  outChannels: number,
  kernel: KernelSize,
  input: Plane,
  options: TransposedOptions = {},
): TransposedFormula {
  const { all, kept, trace } = products("convTransposeMacs", inChannels, outChannels, kernel, input, options);
  return { value: all, effective: kept, trace: `${trace} = ${all}`, warning: cropping(all, kept) };
}

/**
 * FLOPs of a transposed convolution for one picture, whose *input* is [height, width]: its products, the additions between
 * those of one output, and the bias.
 * @throws ShapeError as convParameters and convTransposeOutputSize.
 * @example
 * import { convTransposeFlops } from "convsmith/analysis";
 * console.log(convTransposeFlops(3, 1, 2, [2, 2], { stride: 2 }).trace); // 3·1·4·4 + (3·1·4·4 − 1·4·4) + 1·4·4 = 96
 */
export function convTransposeFlops(
  inChannels: number,
  outChannels: number,
  kernel: KernelSize,
  input: Plane,
  options: TransposedOptions = {},
): TransposedFormula {
  const { bias = true } = options;
  const found = products("convTransposeFlops", inChannels, outChannels, kernel, input, options);
  const [rows, columns] = found.axes;
  const sums = (which: "all" | "kept") => outChannels * rows[which].outputs * columns[which].outputs;
  const biased = bias ? outChannels * rows.output * columns.output : 0;
  const value = 2 * found.all - sums("all") + biased;
  const effective = 2 * found.kept - sums("kept") + biased;
  needExact("convTransposeFlops", "result", value);
  const additions = `(${found.trace} − ${outChannels}·${rows.all.outputs}·${columns.all.outputs})`;
  const last = bias ? ` + ${outChannels}·${rows.output}·${columns.output}` : "";
  const trace = `${found.trace} + ${additions}${last} = ${value}`;
  return { value, effective, trace, warning: cropping(value, effective) };
}

function cropping(value: number, effective: number): string {
  return value === effective ? "" : `counts products in the border that padding crops: without them it is ${effective}`;
}

function products(
  name: string,
  inChannels: number,
  outChannels: number,
  kernel: KernelSize,
  input: Plane,
  options: TransposedOptions,
) {
  needWhole(name, { height: input[0], width: input[1] }, 1);
  const { terms } = convTerms(name, inChannels, outChannels, kernel, options);
  const { groups = 1 } = options;
  const [height, width] = typeof kernel === "number" ? [kernel, kernel] : kernel;
  const axes = [alongAxis(input[0], height, options), alongAxis(input[1], width, options)] as const;
  const perPair = (inChannels / groups) * outChannels;
  const all = terms * outChannels * input[0] * input[1];
  needExact(name, "result", all);
  const channels = groups === 1 ? `${inChannels}` : `${inChannels}/${groups}`;
  return {
    axes,
    all,
    kept: perPair * axes[0].kept.terms * axes[1].kept.terms,
    trace: `${channels}·${outChannels}·${height}·${width}·${input[0]}·${input[1]}`,
  };
}

/** Products of an input and a tap, and the outputs that they land on: all of them, and those that padding leaves. */
function alongAxis(input: number, kernel: number, options: TransposedOptions) {
  const output = convTransposeOutputSize(input, kernel, options).value;
  const { stride = 1, dilation = 1, padding = 0 } = options;
  const whole = (input - 1) * stride + dilation * (kernel - 1) + 1;
  return {
    output,
    all: landing(input, kernel, { stride, dilation, padding: 0 }, whole),
    kept: landing(input, kernel, { stride, dilation, padding }, output),
  };
}

function landing(
  input: number,
  kernel: number,
  { stride, padding, dilation }: Readonly<Record<"stride" | "padding" | "dilation", number>>,
  output: number,
) {
  let terms = 0;
  const landed = new Map<number, [first: number, last: number][]>();
  for (let tap = 0; tap < kernel; tap++) {
    // Tap t of input i lands on i·S + shift: the same outputs modulo S, from `first` to `last` of them.
    const shift = tap * dilation - padding;
    const phase = ((shift % stride) + stride) % stride;
    const start = (shift - phase) / stride;
    const first = Math.max(0, start);
    const last = Math.min(Math.floor((output - 1 - phase) / stride), start + input - 1);
    if (last < first) continue;
    terms += last - first + 1;
    landed.set(phase, [...(landed.get(phase) ?? []), [first, last]]);
  }
  return { terms, outputs: [...landed.values()].reduce((sum, ranges) => sum + covered(ranges), 0) };
}

/** Whole numbers in a union of ranges, which come in rising order. */
function covered(ranges: readonly (readonly [first: number, last: number])[]): number {
  let count = 0;
  let end = -1;
  for (const [first, last] of ranges) {
    count += Math.max(0, last - Math.max(first - 1, end));
    end = Math.max(end, last);
  }
  return count;
}
