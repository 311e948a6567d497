import type { Attributes, Interval, WindowRule } from "../../core/op.ts";
import type { TensorType } from "../../core/shape.ts";

export const gatherWindow: WindowRule = (at, axis, which, inputs, _output, attributes) =>
  window(at, axis, which === 0, inputs[1]!, attributes);

export const scatterSumWindow: WindowRule = (at, axis, _which, inputs, _output, attributes) =>
  window(at, axis, true, inputs[0]!, attributes);

function window(at: number, axis: 0 | 1, moves: boolean, index: TensorType, attributes: Attributes): Interval {
  return moves && attributes.dim === index.shape.length - 2 + axis ? null : [at, at];
}
