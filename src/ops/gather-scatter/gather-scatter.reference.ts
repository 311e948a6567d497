import { ArgumentError } from "../../core/errors.ts";
import type { Attributes, NumericArray, Reference } from "../../core/op.ts";
import { contiguousStrides, type Shape } from "../../core/shape.ts";

export const gatherReference: Reference = ([x, index], output, [type, indexType], _outputType, attributes) => {
  forEachIndexed("gather", index!, indexType!.shape, type!.shape, attributes, (at, indexed) => {
    output[at] = x![indexed]!;
  });
};

export const scatterSumReference: Reference = ([index, src], output, [indexType], outputType, attributes) => {
  output.fill(0);
  forEachIndexed("scatterAdd", index!, indexType!.shape, outputType.shape, attributes, (at, indexed) => {
    output[indexed]! += src![at]!;
  });
};

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
