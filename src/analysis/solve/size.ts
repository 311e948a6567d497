import { ShapeError } from "../../core/errors.ts";
import { needWhole } from "../formulas/formula.ts";
import type { Plane } from "../formulas/layer-cost.ts";
import {
  droppedBy,
  extentOf,
  outputOf,
  productsOf,
  touchedBy,
  type WindowKind,
  type WindowNumbers,
} from "./window-axis.ts";
import { reachableSizes, type Settled, windowsBetween } from "./window-search.ts";

export interface SizeQuestion extends Settled {
  /** A convolution unless said otherwise; "ceil pool" rounds up. */
  readonly kind?: WindowKind;
}

/** A window that turns the one size into the other, with its cost. */
export interface SizeAnswer extends WindowNumbers {
  /** Multiply-accumulates (pooling: values compared or added; transposed: products that land in the output) for one output and pair of channels. */
  readonly macsPerOutput: number;
  /** The same for the whole output. */
  readonly macs: number;
  /** Pixels of the input that no window reads; of a transposed convolution's output, those that no product reaches. */
  readonly missed: number;
  /** Rows at the end of the padded input that no window reaches: (W − F + 2P) mod S. */
  readonly dropped: number;
  /** Of a transposed convolution: outputs sum different numbers of products. */
  readonly uneven: boolean;
}

/** How answers are ranked, in the order of the rules. */
export const sizeRules: Readonly<Record<"window" | "transposed", readonly string[]>> = {
  window: [
    "every pixel is read",
    "padding of at most half the kernel",
    "no dilation",
    "an odd kernel, or tiles (kernel = stride, no padding)",
    "fewest MACs per output",
    "fewest pixels left out",
    "an exact fit: (W − F + 2P) mod S = 0",
    "least padding",
  ],
  transposed: [
    "every output is reached",
    "padding of at most half the kernel",
    "no dilation",
    "no output padding",
    "fewest MACs per output",
    "no checkerboard: the kernel is a multiple of the stride",
    "least padding",
  ],
};

/** Tables of touched pixels are kept small. */
const largest = 65_536;

/**
 * Windows that turn an input size into an output size, the most plausible and cheapest first: see sizeRules. One size stands for
 * squares; [height, width] need one window that fits both axes. Numbers of the question that are given are kept.
 * @throws ShapeError where nothing fits: it says the nearest sizes that can be reached; and for sizes that are not whole.
 * @example
 * import { solveSize } from "convsmith/analysis";
 * const [first, second] = solveSize(32, 16, { stride: 2 });
 * console.log(first?.kernel, second?.kernel, second?.padding); // 2 3 1
 */
export function solveSize(input: number | Plane, output: number | Plane, question: SizeQuestion = {}): SizeAnswer[] {
  const { kind = "conv", ...settled } = question;
  const from = planeOf(input);
  const to = planeOf(output);
  check(from, to, settled);
  // Of windows that differ in padding alone, the best.
  const best = new Map<string, Ranked>();
  for (const numbers of windowsBetween(kind, from[0], to[0], settled)) {
    if (outputOf(kind, from[1], numbers) !== to[1]) continue;
    const found = answer(kind, from, to, numbers);
    const ranked = { found, key: keyOf(kind, found) };
    const window = [numbers.kernel, numbers.stride, numbers.dilation].join();
    const known = best.get(window);
    if (!known || compare(ranked.key, known.key) < 0) best.set(window, ranked);
  }
  if (best.size === 0) throw nothingFits(kind, from, to, settled);
  return [...best.values()].sort((a, b) => compare(a.key, b.key)).map(({ found }) => found);
}

interface Ranked {
  readonly found: SizeAnswer;
  readonly key: readonly number[];
}

const planeOf = (size: number | Plane): Plane => (typeof size === "number" ? [size, size] : size);

function check(from: Plane, to: Plane, { padding = 0, outputPadding = 0, ...settled }: Settled): void {
  needWhole("solveSize", { "input height": from[0], "input width": from[1] }, 1);
  needWhole("solveSize", { "output height": to[0], "output width": to[1] }, 1);
  needWhole("solveSize", { ...settled }, 1);
  needWhole("solveSize", { padding, "output padding": outputPadding }, 0);
  for (const size of [...from, ...to]) {
    if (size > largest) {
      throw new ShapeError("solveSize", `needs sizes of at most ${largest}`, { size }, `The nearest is ${largest}`);
    }
  }
}

function answer(kind: WindowKind, from: Plane, to: Plane, numbers: WindowNumbers): SizeAnswer {
  const touched = touchedBy(kind, from[0], to[0], numbers) * touchedBy(kind, from[1], to[1], numbers);
  const fine = kind === "transposed" ? to : from;
  const macs = productsOf(kind, from[0], to[0], numbers) * productsOf(kind, from[1], to[1], numbers);
  return {
    ...numbers,
    macs,
    macsPerOutput: macs / (to[0] * to[1]),
    missed: fine[0] * fine[1] - touched,
    dropped: Math.max(droppedBy(kind, from[0], numbers), droppedBy(kind, from[1], numbers)),
    uneven: kind === "transposed" && numbers.kernel % numbers.stride !== 0,
  };
}

/** One number a rule: the smaller ranks first. */
function keyOf(kind: WindowKind, answer: SizeAnswer): number[] {
  const { kernel, stride, padding, dilation, outputPadding, macsPerOutput, missed, dropped, uneven } = answer;
  const overPadded = padding > extentOf(answer) / 2;
  const first = [missed > 0, overPadded, dilation > 1].map(Number);
  if (kind === "transposed") return [...first, outputPadding, macsPerOutput, Number(uneven), padding, dilation];
  const common = kernel % 2 === 1 || (kernel === stride && padding === 0);
  return [...first, Number(!common), macsPerOutput, missed, dropped, padding, stride, dilation];
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((each, index) => each !== b[index]);
  return at < 0 ? 0 : a[at]! - b[at]!;
}

const words: Readonly<Record<keyof WindowNumbers, string>> = {
  kernel: "kernel",
  stride: "stride",
  padding: "padding",
  dilation: "dilation",
  outputPadding: "output padding",
};

const nouns: Readonly<Record<WindowKind, string>> = {
  conv: "convolution",
  pool: "pooling",
  "ceil pool": "pooling that rounds up",
  transposed: "transposed convolution",
};

function nothingFits(kind: WindowKind, from: Plane, to: Plane, settled: Settled): ShapeError {
  const size = ([height, width]: Plane) => (height === width ? `${height}` : `${height}×${width}`);
  const given = (Object.keys(words) as (keyof WindowNumbers)[])
    .filter((key) => settled[key] !== undefined)
    .map((key) => `${words[key]} ${settled[key]}`);
  const having = given.length > 0 ? ` with ${given.join(", ")}` : "";
  const advice =
    from[0] === from[1] && to[0] === to[1]
      ? nearestText(kind, from[0], to[0], settled)
      : "Ask for each axis by itself: the windows of the two may differ";
  return new ShapeError("solveSize", `no ${nouns[kind]}${having} turns ${size(from)} into ${size(to)}`, {}, advice);
}

function nearestText(kind: WindowKind, input: number, output: number, settled: Settled): string {
  const reachable = [...reachableSizes(kind, input, settled)];
  const below = reachable.filter(([size]) => size < output).sort(([a], [b]) => b - a)[0];
  const above = reachable.filter(([size]) => size > output).sort(([a], [b]) => a - b)[0];
  const told = [below, above]
    .filter((each) => each !== undefined)
    .map(([size, numbers]) => `${size} (${text(numbers)})`);
  if (told.length === 0) return `The window is larger than the padded input ${input}`;
  return told.length === 1 ? `The nearest is ${told[0]}` : `The nearest are ${told.join(" and ")}`;
}

function text(numbers: WindowNumbers): string {
  const always = ["kernel", "stride", "padding"];
  return (Object.keys(words) as (keyof WindowNumbers)[])
    .filter((key) => always.includes(key) || numbers[key] !== (key === "dilation" ? 1 : 0))
    .map((key) => `${words[key]} ${numbers[key]}`)
    .join(", ");
}
