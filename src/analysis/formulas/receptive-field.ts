import { type Formula, needExact, needWhole, type WindowOptions } from "./formula.ts";

/** What a layer sees of the input: `size` pixels, and `stride` from one position to the next. The input itself: 1 and 1. */
export interface FieldState {
  readonly size: number;
  readonly stride: number;
}

/**
 * The receptive field behind one more layer: `RF + (K − 1)·D·S`, S the product of the strides before it; `next` goes on
 * from there.
 * @throws ShapeError for numbers that are not whole.
 * @example
 * import { receptiveFieldStep } from "convsmith/analysis";
 * const first = receptiveFieldStep({ size: 1, stride: 1 }, 5, { stride: 2 });
 * console.log(receptiveFieldStep(first.next, 3).trace); // 5 + (3 − 1)·1·2 = 9
 */
export function receptiveFieldStep(
  before: FieldState,
  kernel: number,
  options: Omit<WindowOptions, "padding"> = {},
): Formula & { readonly next: FieldState } {
  const { stride = 1, dilation = 1 } = options;
  needWhole("receptiveFieldStep", { kernel, stride, dilation, size: before.size, strideBefore: before.stride }, 1);
  const value = before.size + (kernel - 1) * dilation * before.stride;
  needExact("receptiveFieldStep", "field", value);
  needExact("receptiveFieldStep", "product of strides", before.stride * stride);
  const trace = `${before.size} + (${kernel} − 1)·${dilation}·${before.stride} = ${value}`;
  return { value, trace, warning: "", next: { size: value, stride: before.stride * stride } };
}
