import { type Node, record } from "../../core/node.ts";
import type { PrimitiveOp } from "../../core/op.ts";
import { normalizeDim } from "../../core/shape.ts";
import { float } from "../elementwise/index.ts";
import { reducedShape } from "../sum-expand/index.ts";
import { checkNotEmpty } from "./amax.ts";

/** Attributes: `dim` (one dimension, or all: the index then counts row-major elements), `keepdim`. */
export const argmaxOp: PrimitiveOp = {
  kind: "primitive",
  name: "argmax",
  shape: ([x], attributes) => {
    checkNotEmpty("argmax", x!, attributes.dim as readonly number[]);
    return reducedShape(x!.shape, attributes);
  },
  dtype: () => "int32",
  gradient: () => [null],
};

/**
 * The int32 index of the largest element along `dim`: the first of equal ones, and a NaN counts as largest. Without
 * `dim`, the row-major index among all elements.
 * @throws ShapeError for a dimension that is not there, or is empty.
 * @example
 * argmax(dataNode(new Float32Array(30), [3, 10]), 1).shape; // [3]
 */
export function argmax(x: Node, dim?: number, keepdim = false): Node {
  const rank = x.shape.length;
  const all = Array.from({ length: rank }, (_, axis) => axis);
  const dims = dim === undefined || rank === 0 ? all : [normalizeDim("argmax", dim, rank)];
  return record(argmaxOp, [float(x)], { dim: dims, keepdim });
}
