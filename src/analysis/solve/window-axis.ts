import { windowCount } from "../../ops/pooling.ts";

/** A window that slides along one axis. */
export interface WindowNumbers {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
  /** Of a transposed convolution; 0 otherwise. */
  readonly outputPadding: number;
}

/** What slides: a convolution, a pooling that rounds down or up, or a transposed convolution. */
export type WindowKind = "conv" | "pool" | "ceil pool" | "transposed";

export const extentOf = ({ kernel, dilation }: Pick<WindowNumbers, "kernel" | "dilation">): number =>
  dilation * (kernel - 1) + 1;

/** Sizes that come out of an axis, below 1 where none does. */
export function outputOf(kind: WindowKind, input: number, numbers: WindowNumbers): number {
  if (kind !== "transposed") return windowCount(input, { ...numbers, ceilMode: kind === "ceil pool" });
  const { stride, padding, outputPadding } = numbers;
  return (input - 1) * stride - 2 * padding + extentOf(numbers) + outputPadding;
}

/** Pixels at the end of the padded input that no window reaches: (W − F + 2P) mod S. */
export function droppedBy(kind: WindowKind, input: number, numbers: WindowNumbers): number {
  if (kind === "transposed" || kind === "ceil pool") return 0;
  return (input - extentOf(numbers) + 2 * numbers.padding) % numbers.stride;
}

/** Positions of the finer side (a convolution's input, a transposed one's output) that a tap lies on. */
export function touchedBy(kind: WindowKind, input: number, output: number, numbers: WindowNumbers): number {
  const { kernel, stride, padding, dilation } = numbers;
  const [fine, coarse] = kind === "transposed" ? [output, input] : [input, output];
  if (dilation === 1) {
    let count = 0;
    let end = 0;
    for (let window = 0; window < coarse; window++) {
      const start = Math.max(end, window * stride - padding);
      end = Math.max(end, Math.min(fine, window * stride - padding + kernel));
      count += Math.max(0, end - start);
    }
    return count;
  }
  const touched = new Uint8Array(fine);
  for (let window = 0; window < coarse; window++) {
    for (let tap = 0; tap < kernel; tap++) {
      const at = window * stride - padding + tap * dilation;
      if (at >= 0 && at < fine) touched[at] = 1;
    }
  }
  return touched.reduce((sum, each) => sum + each, 0);
}

/** Products of a transposed convolution's axis that land in its output, those of a whole sweep otherwise. */
export function productsOf(kind: WindowKind, input: number, output: number, numbers: WindowNumbers): number {
  const { kernel, stride, padding, dilation } = numbers;
  if (kind !== "transposed") return kernel * output;
  let products = 0;
  for (let tap = 0; tap < kernel; tap++) {
    const shift = tap * dilation - padding;
    const first = Math.max(0, Math.ceil(-shift / stride));
    const last = Math.min(input - 1, Math.floor((output - 1 - shift) / stride));
    products += Math.max(0, last - first + 1);
  }
  return products;
}
