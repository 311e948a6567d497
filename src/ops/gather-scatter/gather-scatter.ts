import { ShapeError } from "../../core/errors.ts";
import { type Node, record } from "../../core/node.ts";
import type { PrimitiveOp } from "../../core/op.ts";
import { normalizeDim, type Shape, type TensorType } from "../../core/shape.ts";
import { add, float } from "../elementwise/index.ts";

/** Attribute: `dim`, counted from the front. Inputs: x, index. */
export const gatherOp: PrimitiveOp = {
  kind: "primitive",
  name: "gather",
  shape: ([x, index], attributes) => checkIndex("gather", x!.shape, index!, attributes.dim as number),
  gradient: ({ inputs: [x, index], attributes }, grad) => [
    scatterSum(x!.shape, attributes.dim as number, index!, grad),
    null,
  ],
};

/**
 * Takes elements along `dim`: output[i][j] = x[index[i][j]][j] for dim 0. The output has the shape of `index` (int32),
 * which may be smaller than x along the other dimensions.
 * @throws ShapeError for a rank or size that does not fit; running throws an ArgumentError for an index out of range.
 * @example
 * const x = dataNode(new Float32Array([1, 2, 3, 4]), [2, 2]);
 * gather(x, 1, dataNode(new Int32Array([1, 0]), [2, 1])).shape; // [2, 1]: 2 and 3
 */
export function gather(x: Node, dim: number, index: Node): Node {
  return record(gatherOp, [float(x), index], { dim: normalizeDim("gather", dim, x.shape.length) });
}

/** Attributes: `dim` (counted from the front), `size` (the output's shape). Inputs: index, src. */
export const scatterSumOp: PrimitiveOp = {
  kind: "primitive",
  name: "scatterSum",
  shape: ([index, src], attributes) => {
    const size = attributes.size as Shape;
    checkIndex("scatterAdd", size, index!, attributes.dim as number);
    if (index!.shape.some((length, axis) => length !== src!.shape[axis]) || src!.shape.length !== index!.shape.length) {
      throw new ShapeError("scatterAdd", "needs src in the shape of index", { index: index!.shape, src: src!.shape });
    }
    return size;
  },
  gradient: ({ inputs: [index], attributes }, grad) => [null, gather(grad, attributes.dim as number, index!)],
};

/** Adds the elements of `src` into zeros of shape `size`, at `index` along `dim`: the adjoint of gather. */
export function scatterSum(size: Shape, dim: number, index: Node, src: Node): Node {
  return record(scatterSumOp, [index, float(src)], { dim: normalizeDim("scatterAdd", dim, size.length), size });
}

/**
 * Adds the elements of `src` to x, at `index` (int32, of src's shape) along `dim`.
 * @throws ShapeError for a rank or size that does not fit; running throws an ArgumentError for an index out of range.
 * @example
 * const x = dataNode(new Float32Array(3), [3]);
 * const index = dataNode(new Int32Array([2, 2]), [2]);
 * scatterAdd(x, 0, index, dataNode(new Float32Array([1, 1]), [2])).shape; // [3]: 0, 0, 2
 */
export function scatterAdd(x: Node, dim: number, index: Node, src: Node): Node {
  return add(x, scatterSum(x.shape, dim, index, src));
}

function checkIndex(subject: string, shape: Shape, index: TensorType, dim: number): Shape {
  if (index.dtype !== "int32") throw new ShapeError(subject, "needs an int32 index", { dtype: index.dtype });
  const fits = index.shape.every((size, axis) => axis === dim || size <= shape[axis]!);
  if (index.shape.length !== shape.length || !fits) {
    throw new ShapeError(subject, `needs an index of the same rank, no larger outside dimension ${dim}`, {
      input: shape,
      index: index.shape,
    });
  }
  return index.shape;
}
