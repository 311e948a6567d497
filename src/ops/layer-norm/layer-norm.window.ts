import type { WindowRule } from "../../core/op.ts";
import { normalizedDims } from "./layer-norm.ts";

export const layerNormWindow: WindowRule = (outputIndex, axis, which, [input], _output, attributes) => {
  const dim = input!.shape.length - 2 + axis;
  return which > 0 || normalizedDims(attributes).includes(dim) ? null : [outputIndex, outputIndex];
};
