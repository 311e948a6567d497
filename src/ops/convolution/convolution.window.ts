import type { WindowRule } from "../../core/op.ts";
import type { ConvTransposeAttributes } from "./conv-transpose2d.ts";
import type { ConvolutionAttributes } from "./geometry.ts";

export const conv2dWindow: WindowRule = (at, axis, which, inputs, _output, attributes) => {
  if (which !== 0) return null;
  const { stride, padding, dilation } = attributes as ConvolutionAttributes;
  const first = at * stride[axis] - padding[axis];
  return [first, first + dilation[axis] * (inputs[1]!.shape[axis + 2]! - 1), dilation[axis]];
};

/** An output that no input reaches has an empty interval: its last index is below its first. */
export const convTranspose2dWindow: WindowRule = (at, axis, which, inputs, _output, attributes) => {
  if (which !== 0) return null;
  const { stride, padding, dilation } = attributes as ConvTransposeAttributes;
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  let step = 1;
  for (let k = 0; k < inputs[1]!.shape[axis + 2]!; k++) {
    const scaled = at + padding[axis] - k * dilation[axis];
    if (scaled % stride[axis] !== 0) continue;
    // Each tap reads further in front than the one before it.
    if (first <= last) step = first - scaled / stride[axis];
    first = scaled / stride[axis];
    last = Math.max(last, first);
  }
  if (first <= last) return [first, last, step];
  const near = Math.floor((at + padding[axis]) / stride[axis]);
  return [near + 1, near];
};
