import { ArgumentError } from "../../core/errors.ts";
import * as e from "../../core/expression.ts";
import { type Node, record } from "../../core/node.ts";
import type { ElementwiseOp } from "../../core/op.ts";
import { sumTo } from "../sum-expand/index.ts";
import { mul } from "./arithmetic.ts";
import { eq, lt, where } from "./compare.ts";
import { constant, float } from "./constant.ts";

/** All of the gradient where a wins, half of it where both are equal. */
const share = (wins: Node, a: Node, b: Node, grad: Node) =>
  where(eq(a, b), mul(grad, constant(0.5)), where(wins, grad, constant(0)));

export const maximumOp: ElementwiseOp = {
  kind: "elementwise",
  name: "maximum",
  arity: 2,
  // max keeps a NaN of a only.
  expression: ([a, b]) => e.select(e.ne(b!, b!), b!, e.max(a!, b!)),
  gradient: ({ inputs: [a, b] }, grad, needs) => [
    needs[0] ? sumTo(share(lt(b!, a!), a!, b!, grad), a!.shape) : null,
    needs[1] ? sumTo(share(lt(a!, b!), a!, b!, grad), b!.shape) : null,
  ],
};

/** The larger of a and b, with broadcasting; NaN where either is. Equal numbers share the gradient. */
export function maximum(a: Node, b: Node): Node {
  return record(maximumOp, [float(a), float(b)]);
}

export const minimumOp: ElementwiseOp = {
  kind: "elementwise",
  name: "minimum",
  arity: 2,
  expression: ([a, b]) => e.select(e.ne(b!, b!), b!, e.min(a!, b!)),
  gradient: ({ inputs: [a, b] }, grad, needs) => [
    needs[0] ? sumTo(share(lt(a!, b!), a!, b!, grad), a!.shape) : null,
    needs[1] ? sumTo(share(lt(b!, a!), a!, b!, grad), b!.shape) : null,
  ],
};

/** The smaller of a and b, with broadcasting; NaN where either is. Equal numbers share the gradient. */
export function minimum(a: Node, b: Node): Node {
  return record(minimumOp, [float(a), float(b)]);
}

/** Attributes: `min`, `max`, of which one may be null. */
export const clampOp: ElementwiseOp = {
  kind: "elementwise",
  name: "clamp",
  arity: 1,
  expression: ([x], { min, max }) => {
    const above = min === null ? x! : e.max(x!, e.constant(min as number));
    return max === null ? above : e.min(above, e.constant(max as number));
  },
  // What was not changed lies inside, bounds included.
  gradient: (node, grad) => [where(eq(node, node.inputs[0]!), grad, constant(0))],
};

/**
 * x, but at least `min` and at most `max`. The gradient passes inside and on the bounds.
 * @throws ArgumentError when neither is given.
 * @example
 * clamp(dataNode(new Float32Array([-1, 0.5, 2]), [3]), { min: 0, max: 1 }).shape; // [3]
 */
export function clamp(x: Node, options: { min?: number; max?: number }): Node {
  const { min = null, max = null } = options;
  if (min === null && max === null) throw new ArgumentError("clamp: needs min, max or both");
  return record(clampOp, [float(x)], { min, max });
}
