import { type Node, record } from "../../core/node.ts";
import type { PrimitiveOp } from "../../core/op.ts";
import { contiguousStrides, normalizeDims, numel } from "../../core/shape.ts";

/** The sum over `dims` (default: all), which are dropped, or kept with size 1. */
export function sum(x: Node, dims?: readonly number[], keepdim = false): Node {
  return record(sumOp, [x], { dims: normalizeDims("sum", dims, x.shape.length), keepdim });
}

export const sumOp: PrimitiveOp = {
  kind: "primitive",
  name: "sum",
  shape([x], { dims, keepdim }) {
    const summed = dims as readonly number[];
    return keepdim
      ? x!.shape.map((size, axis) => (summed.includes(axis) ? 1 : size))
      : x!.shape.filter((_, axis) => !summed.includes(axis));
  },
  cost: ([x], output) => ({
    multiplications: 0,
    additions: numel(x!.shape) - numel(output.shape),
    biasAdditions: 0,
    other: {},
  }),
  reference([x], output, [type], _outputType, { dims }) {
    const kept = type!.shape.map((size, axis) => ((dims as readonly number[]).includes(axis) ? 1 : size));
    const from = contiguousStrides(type!.shape);
    const to = contiguousStrides(kept).map((stride, axis) => (kept[axis] === 1 ? 0 : stride));
    const totals = new Float64Array(output.length);
    for (let at = 0; at < x!.length; at++) {
      let target = 0;
      for (let axis = 0, rest = at; axis < from.length; axis++) {
        target += Math.floor(rest / from[axis]!) * to[axis]!;
        rest %= from[axis]!;
      }
      totals[target]! += x![at]!;
    }
    output.set(totals);
  },
};
