import type { Attributes } from "../../core/op.ts";
import { contiguousStrides, type Shape } from "../../core/shape.ts";

/** The shape after reducing the dimensions of attribute `dim`, which stay as 1 with `keepdim`. */
export function reducedShape(shape: Shape, attributes: Attributes): number[] {
  const dims = attributes.dim as readonly number[];
  if (attributes.keepdim) return shape.map((size, axis) => (dims.includes(axis) ? 1 : size));
  return shape.filter((_, axis) => !dims.includes(axis));
}

/** From an index into contiguous elements of `shape` to the index of the element that it is reduced into. */
export function reductionIndex(shape: Shape, dims: readonly number[]): (index: number) => number {
  const outputStrides = contiguousStrides(shape.map((size, axis) => (dims.includes(axis) ? 1 : size)));
  const strides = contiguousStrides(shape);
  return (index) => {
    let target = 0;
    for (let axis = 0; axis < shape.length; axis++) {
      const along = Math.floor(index / strides[axis]!) % shape[axis]!;
      if (!dims.includes(axis)) target += along * outputStrides[axis]!;
    }
    return target;
  };
}
