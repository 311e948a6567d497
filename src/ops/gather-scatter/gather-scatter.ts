import { ArgumentError, ShapeError } from "../../core/errors.ts";
import { type Node, record } from "../../core/node.ts";
import type { Attributes, NumericArray, PrimitiveOp } from "../../core/op.ts";
import { contiguousStrides, normalizeDim, type Shape, type TensorType } from "../../core/shape.ts";
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
  reference: ([x, index], output, [type, indexType], _outputType, attributes) => {
    forEachIndexed("gather", index!, indexType!.shape, type!.shape, attributes, (at, indexed) => {
      output[at] = x![indexed]!;
    });
  },
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
  reference: ([index, src], output, [indexType], outputType, attributes) => {
    output.fill(0);
    forEachIndexed("scatterAdd", index!, indexType!.shape, outputType.shape, attributes, (at, indexed) => {
      output[indexed]! += src![at]!;
    });
  },
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

/** Visits each element of the index: `at` counts through it, `indexed` is where it points to in a tensor of `shape`. */
function forEachIndexed(
  subject: string,
  index: NumericArray,
  indexShape: Shape,
  shape: Shape,
  attributes: Attributes,
  visit: (at: number, indexed: number) => void,
): void {
  const dim = attributes.dim as number;
  const indexStrides = contiguousStrides(indexShape);
  const strides = contiguousStrides(shape);
  for (let at = 0; at < index.length; at++) {
    const place = index[at]!;
    const length = shape[dim] ?? 1;
    if (place < 0 || place >= length) {
      throw new ArgumentError(`${subject}: needs indices from 0 to ${length - 1}, got ${place} at element ${at}`);
    }
    let indexed = 0;
    for (let axis = 0; axis < shape.length; axis++) {
      const along = Math.floor(at / indexStrides[axis]!) % indexShape[axis]!;
      indexed += strides[axis]! * (axis === dim ? place : along);
    }
    visit(at, indexed);
  }
}
