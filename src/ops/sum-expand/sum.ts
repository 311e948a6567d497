import { ShapeError } from "../../core/errors.ts";
import { type Node, record } from "../../core/node.ts";
import type { PrimitiveOp } from "../../core/op.ts";
import { normalizeDims, type Shape, sameShape } from "../../core/shape.ts";
import { expandAxes } from "./expand.ts";
import { reducedShape } from "./reduction.ts";

/** Attributes: `dim` (sorted, counted from the front), `keepdim`. */
export const sumOp: PrimitiveOp = {
  kind: "primitive",
  name: "sum",
  reduction: "sum",
  shape: ([x], attributes) => {
    if (x!.dtype !== "float32") {
      throw new ShapeError("sum", "needs float32 elements", { dtype: x!.dtype }, 'Use cast(x, "float32") first');
    }
    return reducedShape(x!.shape, attributes);
  },
  gradient: (node, grad) => {
    const shape = node.inputs[0]!.shape;
    const dims = node.attributes.dim as readonly number[];
    let next = 0;
    const axes = shape.map((_, axis) => (!node.attributes.keepdim && dims.includes(axis) ? -1 : next++));
    return [expandAxes(grad, shape, axes)];
  },
};

/**
 * The sum over dimensions `dim` (all of them when left out), which become 1 with `keepdim` and vanish without.
 * @throws ShapeError for a dimension that is not there, or int32 elements.
 * @example
 * const x = dataNode(new Float32Array(24), [2, 3, 4]);
 * sum(x, [0, 2]).shape; // [3]
 */
export function sum(x: Node, dim?: readonly number[], keepdim = false): Node {
  return record(sumOp, [x], { dim: reductionDims("sum", x, dim), keepdim });
}

/** The dimensions of a reduction: none given means all, as in PyTorch. */
export function reductionDims(subject: string, x: Node, dim: readonly number[] | undefined): readonly number[] {
  return normalizeDims(subject, dim?.length ? dim : undefined, x.shape.length);
}

/**
 * Undoes broadcasting: sums `x` over the dimensions along which a tensor of `shape` was repeated to get x's shape.
 * @example
 * const grad = dataNode(new Float32Array(24), [2, 3, 4]);
 * sumTo(grad, [3, 1]).shape; // [3, 1]
 */
export function sumTo(x: Node, shape: Shape): Node {
  if (sameShape(x.shape, shape)) return x;
  const skipped = x.shape.length - shape.length;
  return sumAxes(
    x,
    shape,
    x.shape.map((_, axis) => axis - skipped),
  );
}

/**
 * The adjoint of expandAxes: axis i of `x` goes to axis axes[i] of `shape`, or is summed where that is negative or where
 * `shape` is 1 there. Axes of size 1 are dropped and added without a sum.
 */
export function sumAxes(x: Node, shape: Shape, axes: readonly number[]): Node {
  const summed = (axis: number) => x.shape[axis] !== 1 && (axes[axis]! < 0 || shape[axes[axis]!] === 1);
  const dim = x.shape.flatMap((_, axis) => (summed(axis) ? [axis] : []));
  const total = dim.length > 0 ? record(sumOp, [x], { dim, keepdim: true }) : x;
  if (sameShape(total.shape, shape)) return total;
  const back = shape.map((_, axis) => axes.indexOf(axis));
  return expandAxes(total, shape, back);
}
