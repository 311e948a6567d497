import * as e from "../../core/expression.ts";
import { apart, type Node, record } from "../../core/node.ts";
import type { ElementwiseOp } from "../../core/op.ts";
import type { DType, Shape } from "../../core/shape.ts";
import { expand } from "../sum-expand/index.ts";

/** Attribute: `value`. No input and shape []: it broadcasts, and becomes a constant of the expression it is used in. */
export const constantOp: ElementwiseOp = {
  kind: "elementwise",
  name: "constant",
  arity: 0,
  expression: (_inputs, attributes) => e.constant(attributes.value as number),
  gradient: () => [],
};

/** Most constants that are shared: there are about as many as kinds of layers. */
const sharedLimit = 256;
const shared = new Map<number, Node>();

/** A number that follows from the structure of a graph (1/n, eps), as a float32 of shape []: equal ones are one node. */
export function constant(value: number): Node {
  const known = shared.get(value);
  // One that somebody reads as a result is no constant to plans any more; -0 and 0 are one key.
  const usable = known && !known.value && !known.bound && Object.is(known.attributes.value, value);
  if (usable) return known;
  const node = apart(() => record(constantOp, [], { value }));
  if (shared.size >= sharedLimit) shared.clear();
  shared.set(value, node);
  return node;
}

/**
 * A tensor of one value, which takes no memory.
 * @example
 * full([2, 3], 1).shape; // [2, 3]
 */
export function full(size: Shape, value: number): Node {
  return expand(record(constantOp, [], { value }), size);
}

/** Attribute: `dtype`, which differs from the input's. */
export const castOp: ElementwiseOp = {
  kind: "elementwise",
  name: "cast",
  arity: 1,
  dtype: (_inputs, attributes) => attributes.dtype as DType,
  expression: ([x], attributes) => (attributes.dtype === "int32" ? e.toInt(x!) : e.toFloat(x!)),
  gradient: () => [null],
};

/**
 * float32 to int32 (towards zero) or back. Integers have no gradient.
 * @example
 * cast(dataNode(new Int32Array([1, 2]), [2]), "float32").dtype; // "float32"
 */
export function cast(x: Node, dtype: DType): Node {
  return x.dtype === dtype ? x : record(castOp, [x], { dtype });
}

/** An operand of arithmetic, which is float32: int32 elements are converted (exact up to 2^24). */
export function float(x: Node): Node {
  return cast(x, "float32");
}

export const detachOp: ElementwiseOp = {
  kind: "elementwise",
  name: "detach",
  arity: 1,
  dtype: ([x]) => x!.dtype,
  expression: ([x]) => x!,
  gradient: () => [null],
};

/**
 * The same numbers, through which no gradient flows.
 * @example
 * detach(dataNode(new Float32Array(2), [2])).shape; // [2]
 */
export function detach(x: Node): Node {
  return record(detachOp, [x]);
}
