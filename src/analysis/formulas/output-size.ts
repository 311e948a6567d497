import { ShapeError } from "../../core/errors.ts";
import { windowCount } from "../../ops/pooling.ts";
import { type Formula, needExact, needWhole, type WindowOptions } from "./formula.ts";

/** As many zeros on both sides, or before and after. */
export type SidePadding = number | readonly [before: number, after: number];

/**
 * Output size of a convolution along one axis: `⌊(W − F + 2P)/S⌋ + 1`, where a dilated kernel has the extent F = D·(K − 1) + 1,
 * and padding that differs by side stands for 2P as `before + after`.
 * Warns where (W − F + 2P) is no multiple of S: the last pixels are dropped then.
 * @throws ShapeError for numbers that are not whole, and where the kernel is larger than the padded input: it says the nearest that is not.
 * @example
 * import { convOutputSize } from "convsmith/analysis";
 * console.log(convOutputSize(32, 3, { stride: 2, padding: 1 }).trace); // ⌊(32 − 3 + 2·1)/2⌋ + 1 = 16
 * console.log(convOutputSize(32, 4, { padding: [1, 2] }).trace); // ⌊(32 − 4 + 1 + 2)/1⌋ + 1 = 32
 */
export function convOutputSize(
  input: number,
  kernel: number,
  options: Omit<WindowOptions, "padding"> & { readonly padding?: SidePadding } = {},
): Formula {
  const { stride = 1, padding = 0, dilation = 1 } = options;
  return windows("convOutputSize", { input, kernel, stride, padding, dilation, ceilMode: false });
}

/**
 * Output size of a pooling: as of a convolution, whose stride is the kernel unless given. `ceilMode` rounds up, and so keeps a
 * last window that hangs over the end, unless it would begin in the right padding.
 * @throws ShapeError as convOutputSize, and for padding of more than half the kernel: those windows would see padding alone.
 * @example
 * import { poolOutputSize } from "convsmith/analysis";
 * console.log(poolOutputSize(7, 2, { ceilMode: true }).trace); // ⌈(7 − 2 + 2·0)/2⌉ + 1 = 4
 */
export function poolOutputSize(
  input: number,
  kernel: number,
  options: WindowOptions & { readonly ceilMode?: boolean } = {},
): Formula {
  const { ceilMode = false, stride = kernel, padding = 0, dilation = 1 } = options;
  const half = Math.floor(kernel / 2);
  if (padding > half && Number.isSafeInteger(padding) && half >= 0) {
    const advice = `The padding may be at most ${half}, or the kernel at least ${2 * padding}`;
    throw new ShapeError("poolOutputSize", "needs padding of at most half the kernel", { padding, kernel }, advice);
  }
  return windows("poolOutputSize", { input, kernel, stride, padding, dilation, ceilMode });
}

interface Windows {
  readonly input: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: SidePadding;
  readonly dilation: number;
  readonly ceilMode: boolean;
}

function windows(name: string, { input, kernel, stride, padding, dilation, ceilMode }: Windows): Formula {
  const [before, after] = typeof padding === "number" ? [padding, padding] : padding;
  needWhole(name, { input, kernel, stride, dilation }, 1);
  needWhole(name, typeof padding === "number" ? { padding } : { paddingBefore: before, paddingAfter: after }, 0);
  const extent = dilation * (kernel - 1) + 1;
  const room = input - extent + before + after;
  needExact(name, "padded input", input + before + after);
  needExact(name, "extent", extent);
  // Rounding up keeps a window that hangs over the end by less than a stride.
  const over = ceilMode ? stride - 1 : 0;
  if (room + over < 0) throw tooLarge(name, { input, kernel, dilation, over, padding: [before, after] });
  const [open, close] = ceilMode ? ["⌈", "⌉"] : ["⌊", "⌋"];
  const size = dilation === 1 ? `${kernel}` : `(${dilation}·(${kernel} − 1) + 1)`;
  const sides = before === after ? `2·${before}` : `${before} + ${after}`;
  const all = (ceilMode ? Math.ceil(room / stride) : Math.floor(room / stride)) + 1;
  let trace = `${open}(${input} − ${size} + ${sides})/${stride}${close} + 1 = ${all}`;
  if (ceilMode) {
    const value = windowCount(input, { kernel, stride, padding: before, dilation, ceilMode });
    if (value < all) trace += `, less 1 for the window that would begin in the right padding = ${value}`;
    return { value, trace, warning: "" };
  }
  const rest = room % stride;
  const pixels = rest === 1 ? "pixel of the padded input is" : `${rest} pixels of the padded input are`;
  const warning = `(${input} − ${extent} + ${sides}) mod ${stride} = ${rest}: the last ${pixels} dropped`;
  return { value: all, trace, warning: rest > 0 ? warning : "" };
}

interface Misfit extends Pick<Windows, "input" | "kernel" | "dilation"> {
  readonly padding: readonly [before: number, after: number];
  readonly over: number;
}

/** What would fit: each number for itself, the others left as they are. */
function tooLarge(name: string, { input, kernel, dilation, over, padding: [before, after] }: Misfit): ShapeError {
  const extent = dilation * (kernel - 1) + 1;
  const room = input + before + after + over;
  const advice = [
    `The input needs at least ${extent - before - after - over}`,
    `the padding at least ${Math.ceil((extent - over - input) / 2)}`,
    `the kernel at most ${Math.floor((room - 1) / dilation) + 1}`,
  ];
  if (dilation > 1 && room >= kernel) advice.push(`the dilation at most ${Math.floor((room - 1) / (kernel - 1))}`);
  const got = { input, kernel: extent, padding: before === after ? before : [before, after] };
  return new ShapeError(name, "needs an input at least as large as its kernel", got, advice.join(", or "));
}

/**
 * Output size of a transposed convolution along one axis: `(W − 1)·S − 2P + D·(K − 1) + outputPadding + 1`. Warns where the
 * kernel is no multiple of the stride, so that outputs sum different numbers of products.
 * @throws ShapeError for numbers that are not whole, an outputPadding of stride and dilation or more, and an output below 1.
 * @example
 * import { convTransposeOutputSize } from "convsmith/analysis";
 * console.log(convTransposeOutputSize(16, 4, { stride: 2, padding: 1 }).trace); // (16 − 1)·2 − 2·1 + 1·(4 − 1) + 0 + 1 = 32
 */
export function convTransposeOutputSize(
  input: number,
  kernel: number,
  options: WindowOptions & { readonly outputPadding?: number } = {},
): Formula {
  const { stride = 1, padding = 0, dilation = 1, outputPadding = 0 } = options;
  const name = "convTransposeOutputSize";
  needWhole(name, { input, kernel, stride, dilation }, 1);
  needWhole(name, { padding, outputPadding }, 0);
  const most = Math.max(stride, dilation) - 1;
  if (outputPadding > most) {
    const got = { outputPadding, stride, dilation };
    throw new ShapeError(name, "needs outputPadding below stride or dilation", got, `The nearest is ${most}`);
  }
  const full = (input - 1) * stride + dilation * (kernel - 1) + outputPadding + 1;
  needExact(name, "output", full);
  const value = full - 2 * padding;
  if (value < 1) {
    const advice = `The padding may be at most ${Math.floor((full - 1) / 2)}`;
    throw new ShapeError(name, "needs an output of at least 1", { output: value, input, padding }, advice);
  }
  const trace = `(${input} − 1)·${stride} − 2·${padding} + ${dilation}·(${kernel} − 1) + ${outputPadding} + 1 = ${value}`;
  const uneven = kernel % stride !== 0 && stride > 1;
  const why = kernel < stride ? "some outputs get no product at all" : "outputs sum different numbers of products";
  const warning = `the kernel ${kernel} is no multiple of the stride ${stride}: ${why}, which shows as a checkerboard`;
  return { value, trace, warning: uneven ? warning : "" };
}
