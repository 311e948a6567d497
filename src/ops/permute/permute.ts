import { ShapeError } from "../../core/errors.ts";
import { type Node, record } from "../../core/node.ts";
import type { Attributes, MovementOp } from "../../core/op.ts";
import { normalizeDim } from "../../core/shape.ts";

export const permutedDims = (attributes: Attributes) => attributes.dims as readonly number[];

export const permuteOp: MovementOp = {
  kind: "movement",
  name: "permute",
  shape: ([input], attributes) => permutedDims(attributes).map((dim) => input!.shape[dim]!),
  gradient(node, gradOutput) {
    const inverse: number[] = [];
    for (const [axis, dim] of permutedDims(node.attributes).entries()) inverse[dim] = axis;
    return [permute(gradOutput, inverse)];
  },
  view: (_input, strides, offset, _output, attributes) => ({
    strides: permutedDims(attributes).map((dim) => strides[dim]!),
    offset,
  }),
};

/**
 * The dimensions in another order: dimension i of the result is dimension dims[i] of x.
 * @throws ShapeError unless `dims` names each dimension of x once.
 * @example
 * import { dataNode } from "../../core/node.ts";
 * permute(dataNode(new Float32Array(24), [2, 3, 4]), [2, 0, 1]).shape; // [4, 2, 3]
 */
export function permute(x: Node, dims: readonly number[]): Node {
  const rank = x.shape.length;
  const normal = dims.map((dim) => normalizeDim("permute", dim, rank));
  if (normal.length !== rank || new Set(normal).size !== rank) {
    throw new ShapeError("permute", "needs each dimension of the input once", { dims, input: x.shape });
  }
  return record(permuteOp, [x], { dims: normal });
}

/** Two dimensions exchanged. */
export function transpose(x: Node, dim0: number, dim1: number): Node {
  const rank = x.shape.length;
  const dims = x.shape.map((_, axis) => axis);
  const a = normalizeDim("transpose", dim0, rank);
  const b = normalizeDim("transpose", dim1, rank);
  if (rank === 0) return x;
  [dims[a], dims[b]] = [b, a];
  return permute(x, dims);
}
