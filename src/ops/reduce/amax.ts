import { ShapeError } from "../../core/errors.ts";
import { type Node, record } from "../../core/node.ts";
import type { PrimitiveOp } from "../../core/op.ts";
import type { TensorType } from "../../core/shape.ts";
import { constant, div, eq, float, where } from "../elementwise/index.ts";
import { expandAxes, reducedShape, reductionDims, sum } from "../sum-expand/index.ts";

/** Reduced sizes must not be 0: an empty set has no maximum. */
export function checkNotEmpty(subject: string, x: TensorType, dims: readonly number[]): void {
  if (dims.some((axis) => x.shape[axis] === 0)) {
    throw new ShapeError(subject, "needs at least one element along each reduced dimension", { input: x.shape });
  }
}

/** Attributes: `dim` (sorted, counted from the front), `keepdim`. */
export const amaxOp: PrimitiveOp = {
  kind: "primitive",
  name: "amax",
  reduction: "max",
  shape: ([x], attributes) => {
    checkNotEmpty("amax", x!, attributes.dim as readonly number[]);
    return reducedShape(x!.shape, attributes);
  },
  gradient: (node, grad) => {
    const x = node.inputs[0]!;
    const dims = node.attributes.dim as readonly number[];
    const kept = x.shape.map((size, axis) => (dims.includes(axis) ? 1 : size));
    let next = 0;
    const axes = kept.map((_, axis) => (!node.attributes.keepdim && dims.includes(axis) ? -1 : next++));
    const ties = eq(x, expandAxes(node, kept, axes));
    return [where(ties, div(expandAxes(grad, kept, axes), sum(ties, dims, true)), constant(0))];
  },
};

/**
 * The largest element over dimensions `dim` (all of them when left out); NaN where there is one. Equal largest elements
 * share the gradient evenly.
 * @throws ShapeError for a dimension that is not there, or is empty.
 * @example
 * amax(dataNode(new Float32Array(24), [2, 3, 4]), [1, 2]).shape; // [2]
 */
export function amax(x: Node, dim?: readonly number[], keepdim = false): Node {
  return record(amaxOp, [float(x)], { dim: reductionDims("amax", x, dim), keepdim });
}
