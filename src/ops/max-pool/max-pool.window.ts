import type { WindowRule } from "../../core/op.ts";
import { windowsOf } from "./windows.ts";

/** The inputs, not clipped, that an output of the pool depends on. */
export const maxPool2dWindow: WindowRule = (outputIndex, axis, _which, _inputs, _output, attributes) => {
  const { kernel, stride, padding, dilation } = windowsOf(attributes)[axis];
  const first = outputIndex * stride - padding;
  return [first, first + dilation * (kernel - 1), dilation];
};
