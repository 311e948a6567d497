import { ShapeError } from "../../core/errors.ts";
import { type Node, record } from "../../core/node.ts";
import type { MovementOp } from "../../core/op.ts";
import { type Shape, sameShape } from "../../core/shape.ts";
import { sumAxes } from "./sum.ts";

/**
 * Attributes: `size` (the output's shape) and `axes`: for each output axis, the input axis that lies along it, or -1 for
 * a new one. Axes of size 1 and new ones are repeated with stride 0; an input axis of size 1 may be left out.
 */
export const expandOp: MovementOp = {
  kind: "movement",
  name: "expand",
  shape: ([x], attributes) => {
    const size = attributes.size as Shape;
    const axes = attributes.axes as readonly number[];
    const fits = size.every((length, axis) => {
      const from = axes[axis]! < 0 ? 1 : x!.shape[axes[axis]!];
      return Number.isInteger(length) && length >= 0 && (from === 1 || from === length);
    });
    const kept = x!.shape.every((length, axis) => length === 1 || axes.includes(axis));
    if (!fits || !kept) {
      throw new ShapeError("expand", "needs sizes equal to the input's where those are not 1", {
        input: x!.shape,
        size,
      });
    }
    return size;
  },
  gradient: (node, grad) => [sumAxes(grad, node.inputs[0]!.shape, node.attributes.axes as readonly number[])],
  view: (input, strides, offset, output, attributes) => {
    const axes = attributes.axes as readonly number[];
    return {
      strides: output.shape.map((_, axis) =>
        axes[axis]! < 0 || input.shape[axes[axis]!] === 1 ? 0 : strides[axes[axis]!]!,
      ),
      offset,
    };
  },
};

/**
 * Repeats axes of size 1, and adds new ones in front, up to `size`; -1 keeps an axis as it is.
 * @throws ShapeError where an axis that is not 1 would change.
 * @example
 * const x = dataNode(new Float32Array(3), [3, 1]);
 * expand(x, [2, -1, 4]).shape; // [2, 3, 4]
 */
export function expand(x: Node, size: Shape): Node {
  const skipped = size.length - x.shape.length;
  if (skipped < 0) throw new ShapeError("expand", "needs at least the input's rank", { input: x.shape, size });
  const axes = size.map((_, axis) => Math.max(axis - skipped, -1));
  const full = size.map((length, axis) => (length === -1 && axis >= skipped ? x.shape[axis - skipped]! : length));
  return expandAxes(x, full, axes);
}

/**
 * The general form: output axis i is input axis axes[i], or new where that is -1.
 * @example
 * const bias = dataNode(new Float32Array(20), [20]);
 * expandAxes(bias, [1, 20, 1, 1], [-1, 0, -1, -1]).shape; // [1, 20, 1, 1]
 */
export function expandAxes(x: Node, size: Shape, axes: readonly number[]): Node {
  if (sameShape(x.shape, size) && axes.every((from, axis) => from === axis)) return x;
  return record(expandOp, [x], { size, axes });
}
