import type { WindowRule } from "../../core/op.ts";
import { permutedDims } from "./permute.ts";

// Axes that stay the last two keep their pixels; any other order is told as "the whole axis".
export const permuteWindow: WindowRule = (outputIndex, axis, _which, [input], _output, attributes) => {
  const at = input!.shape.length - 2 + axis;
  return at >= 0 && permutedDims(attributes)[at] === at ? [outputIndex, outputIndex] : null;
};
