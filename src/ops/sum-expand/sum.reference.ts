import type { Reference } from "../../core/op.ts";
import { contiguousStrides, type Shape } from "../../core/shape.ts";

export const sumReference: Reference = ([x], output, [type], _outputType, attributes) => {
  // Sums in float64, so that the reference is nearer to the truth than any order of float32 additions.
  const sums = new Float64Array(output.length);
  const indexOf = reductionIndex(type!.shape, attributes.dim as readonly number[]);
  for (let at = 0; at < x!.length; at++) sums[indexOf(at)]! += x![at]!;
  output.set(sums);
};

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
