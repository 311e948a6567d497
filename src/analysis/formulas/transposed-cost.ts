import { type Formula, needExact, needWhole, type WindowOptions } from "./formula.ts";
import { convTerms, type KernelSize, type LayerOptions, type Plane } from "./layer-cost.ts";
import { convTransposeOutputSize } from "./output-size.ts";

/** Numbers of both axes alike. */
export interface TransposedOptions extends LayerOptions, WindowOptions {
  readonly outputPadding?: number;
}

/** `nominal` counts the products that fall into the border which padding crops, too: `Ci·Co/groups·kh·kw·H·W`. */
export interface TransposedFormula extends Formula {
  readonly nominal: number;
}

/**
 * Multiply-accumulates of a transposed convolution for one picture, whose *input* is [height, width]: `Ci/groups·Co·th·tw`, where
 * t products of an axis land in the output: K·W of them, less those that padding crops. Tools that use the output's size
 * count stride² times as many.
 * @throws ShapeError as convParameters and convTransposeOutputSize.
 * @example
 * import { convTransposeMacs } from "convsmith/analysis";
 * const { trace, nominal } = convTransposeMacs(4, 6, 4, [8, 8], { stride: 2, padding: 1 });
 * console.log(trace, nominal); // 4·6·30·30 = 21600 24576
 */
export function convTransposeMacs(
  inChannels: number,
  outChannels: number,
  kernel: KernelSize,
  input: Plane,
  options: TransposedOptions = {},
): TransposedFormula {
  const { value, nominal, trace } = products("convTransposeMacs", inChannels, outChannels, kernel, input, options);
  return { value, nominal, trace: `${trace} = ${value}`, warning: cropping(value, nominal) };
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
  const summed = outChannels * rows.reached * columns.reached;
  const biased = bias ? outChannels * rows.output * columns.output : 0;
  const value = 2 * found.value - summed + biased;
  const nominal = 2 * found.nominal - summed + biased;
  needExact("convTransposeFlops", "result", nominal);
  const additions = `(${found.trace} − ${outChannels}·${rows.reached}·${columns.reached})`;
  const last = bias ? ` + ${outChannels}·${rows.output}·${columns.output}` : "";
  const trace = `${found.trace} + ${additions}${last} = ${value}`;
  return { value, nominal, trace, warning: cropping(value, nominal) };
}

function cropping(value: number, nominal: number): string {
  return value === nominal ? "" : `products in the cropped border are left out: with them it would be ${nominal}`;
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
  const nominal = terms * outChannels * input[0] * input[1];
  needExact(name, "result", nominal);
  const channels = groups === 1 ? `${inChannels}` : `${inChannels}/${groups}`;
  return {
    axes,
    nominal,
    value: perPair * axes[0].terms * axes[1].terms,
    trace: `${channels}·${outChannels}·${axes[0].terms}·${axes[1].terms}`,
  };
}

/** Products of an input and a tap that land in the output, and how many outputs they land on. */
function alongAxis(input: number, kernel: number, options: TransposedOptions) {
  const { stride = 1, padding = 0, dilation = 1 } = options;
  const output = convTransposeOutputSize(input, kernel, options).value;
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
  const reached = [...landed.values()].reduce((sum, ranges) => sum + covered(ranges), 0);
  return { output, terms, reached };
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
