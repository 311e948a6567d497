import { extentOf, outputOf, type WindowKind, type WindowNumbers } from "./window-axis.ts";

/** Numbers that are settled; the others are looked for. */
export type Settled = Partial<WindowNumbers>;

const smallKernels = Array.from({ length: 16 }, (_, at) => at + 1);
const dilations = [1, 2, 3, 4];
/** Larger kernels are tried with the paddings up to here, half of them and all but one pixel. */
const smallPadding = 64;

/** Windows that turn one size into the other. */
export function* windowsBetween(
  kind: WindowKind,
  input: number,
  output: number,
  settled: Settled,
): Generator<WindowNumbers> {
  for (const window of outlines(kind, settled, specialKernels(input, output))) {
    for (const stride of settled.stride ? [settled.stride] : stridesBetween(kind, input, output, window)) {
      for (const outputPadding of outputPaddings(kind, input, output, { ...window, stride }, settled)) {
        const numbers = { ...window, stride, outputPadding };
        if (outputOf(kind, input, numbers) === output) yield numbers;
      }
    }
  }
}

/** Sizes that a size can be turned into with what is settled, and a window that does it. */
export function reachableSizes(kind: WindowKind, input: number, settled: Settled): Map<number, WindowNumbers> {
  const found = new Map<number, WindowNumbers>();
  for (const window of outlines(kind, settled, [])) {
    for (const stride of settled.stride ? [settled.stride] : smallKernels) {
      const most = kind === "transposed" ? Math.max(stride, window.dilation) - 1 : 0;
      for (const outputPadding of settled.outputPadding === undefined ? [0, most] : [settled.outputPadding]) {
        const numbers = { ...window, stride, outputPadding };
        const output = outputOf(kind, input, numbers);
        if (output >= 1 && outputPadding <= most && !found.has(output)) found.set(output, numbers);
      }
    }
  }
  return found;
}

type Outline = Omit<WindowNumbers, "stride" | "outputPadding">;

/** Kernels, dilations and paddings: no window lies in the padding alone, and a pooling's reaches at most half of it. */
function* outlines(kind: WindowKind, settled: Settled, special: readonly number[]): Generator<Outline> {
  const kernels = settled.kernel ? [settled.kernel] : [...new Set([...smallKernels, ...special])];
  const pools = kind === "pool" || kind === "ceil pool";
  for (const kernel of kernels) {
    const small = kernel > 1 && kernel <= smallKernels.length;
    for (const dilation of settled.dilation ? [settled.dilation] : small ? dilations : [1]) {
      for (const padding of settled.padding === undefined ? paddingsOf(kernel, dilation, pools) : [settled.padding]) {
        if (!pools || padding <= Math.floor(kernel / 2)) yield { kernel, dilation, padding };
      }
    }
  }
}

function paddingsOf(kernel: number, dilation: number, pools: boolean): number[] {
  const extent = extentOf({ kernel, dilation });
  const most = pools ? Math.floor(kernel / 2) : extent - 1;
  const few = Array.from({ length: Math.min(most, smallPadding) + 1 }, (_, at) => at);
  return [...new Set([...few, Math.floor(most / 2), Math.floor(extent / 2), most])].filter((each) => each <= most);
}

/** Beyond the small ones: a kernel that takes all at once, that grows a picture by its border, and tiles. */
function specialKernels(input: number, output: number): number[] {
  const tile = Math.max(Math.ceil(input / output), Math.ceil(output / input));
  return [Math.abs(input - output) + 1, tile - 1, tile, tile + 1].filter((kernel) => kernel >= 1);
}

/** Strides up to the kernel's extent, and the smallest beyond: those skip pixels. */
function stridesBetween(kind: WindowKind, input: number, output: number, window: Outline): number[] {
  const extent = extentOf(window);
  if (kind === "transposed") {
    if (input === 1) return [1];
    const most = Math.floor((output + 2 * window.padding - extent) / (input - 1));
    // Output padding, which is below the larger of stride and dilation, makes up for the rest.
    return [most, most - 1, most - 2, most - 3].filter((stride) => stride >= 1);
  }
  const room = input + 2 * window.padding - extent;
  if (room < 0 && kind !== "ceil pool") return [];
  if (output === 1) return [kind === "conv" ? room + 1 : Math.max(room + 1, window.kernel)];
  const fits = (stride: number) => outputOf(kind, input, { ...window, stride, outputPadding: 0 }) === output;
  const last = Math.ceil(room / Math.max(1, output - 2));
  const found: number[] = [];
  for (let stride = Math.max(1, Math.floor(room / output)); stride <= last; stride++) {
    if (stride > extent && found.length > 0) break;
    if (fits(stride)) found.push(stride);
  }
  return found;
}

/** At most one fits. */
function outputPaddings(
  kind: WindowKind,
  input: number,
  output: number,
  window: Omit<WindowNumbers, "outputPadding">,
  settled: Settled,
): number[] {
  if (settled.outputPadding !== undefined) return [settled.outputPadding];
  if (kind !== "transposed") return [0];
  const missing = output - outputOf(kind, input, { ...window, outputPadding: 0 });
  return missing >= 0 && missing < Math.max(window.stride, window.dilation) ? [missing] : [];
}
