import type { Attributes } from "../../core/op.ts";
import type { Shape } from "../../core/shape.ts";

/** The shape after reducing the dimensions of attribute `dim`, which stay as 1 with `keepdim`. */
export function reducedShape(shape: Shape, attributes: Attributes): number[] {
  const dims = attributes.dim as readonly number[];
  if (attributes.keepdim) return shape.map((size, axis) => (dims.includes(axis) ? 1 : size));
  return shape.filter((_, axis) => !dims.includes(axis));
}
