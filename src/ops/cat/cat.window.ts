import type { WindowRule } from "../../core/op.ts";
import { catStarts } from "./cat.ts";

export const catWindow: WindowRule = (outputIndex, axis, which, inputs, output, attributes) => {
  const at = output.shape.length - 2 + axis;
  if (at < 0) return null;
  if (attributes.dim !== at) return [outputIndex, outputIndex];
  const index = outputIndex - catStarts(inputs, at)[which]!;
  const length = inputs[which]!.shape[at]!;
  // Another input's part: nothing before the first element, or behind the last. Outside of all, the outermost goes on.
  if (index < 0 && which > 0) return [0, -1];
  if (index >= length && which < inputs.length - 1) return [length, length - 1];
  return [index, index];
};
