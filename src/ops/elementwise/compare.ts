import * as e from "../../core/expression.ts";
import { type Node, record } from "../../core/node.ts";
import type { ElementwiseOp } from "../../core/op.ts";
import { sumTo } from "../sum-expand/index.ts";
import { constant, float } from "./constant.ts";

type Binary = (a: e.Expression, b: e.Expression) => e.Expression;

function comparison(name: string, compare: Binary): ElementwiseOp {
  return {
    kind: "elementwise",
    name,
    arity: 2,
    expression: ([a, b]) => compare(a!, b!),
    gradient: () => [null, null],
  };
}

export const eqOp: ElementwiseOp = comparison("eq", e.eq);
export const neOp: ElementwiseOp = comparison("ne", e.ne);
export const ltOp: ElementwiseOp = comparison("lt", e.lt);
export const leOp: ElementwiseOp = comparison("le", e.le);

/**
 * 1 where a = b, else 0, as float32, with broadcasting. No gradient flows through a comparison.
 * @throws ShapeError when the shapes don't broadcast.
 */
export function eq(a: Node, b: Node): Node {
  return record(eqOp, [float(a), float(b)]);
}

/** 1 where a ≠ b, else 0; as `eq`. */
export function ne(a: Node, b: Node): Node {
  return record(neOp, [float(a), float(b)]);
}

/** 1 where a < b, else 0; as `eq`. */
export function lt(a: Node, b: Node): Node {
  return record(ltOp, [float(a), float(b)]);
}

/** 1 where a ≤ b, else 0; as `eq`. */
export function le(a: Node, b: Node): Node {
  return record(leOp, [float(a), float(b)]);
}

/** 1 where a > b, else 0; as `eq`. */
export function gt(a: Node, b: Node): Node {
  return lt(b, a);
}

/** 1 where a ≥ b, else 0; as `eq`. */
export function ge(a: Node, b: Node): Node {
  return le(b, a);
}

export const whereOp: ElementwiseOp = {
  kind: "elementwise",
  name: "where",
  arity: 3,
  expression: ([mask, a, b]) => e.select(mask!, a!, b!),
  gradient: ({ inputs: [mask, a, b] }, grad, needs) => [
    null,
    needs[1] ? sumTo(where(mask!, grad, constant(0)), a!.shape) : null,
    needs[2] ? sumTo(where(mask!, constant(0), grad), b!.shape) : null,
  ],
};

/**
 * a where the mask is not 0, else b, with broadcasting.
 * @throws ShapeError when the shapes don't broadcast.
 * @example
 * import { constant } from "./constant.ts";
 * const x = dataNode(new Float32Array([-1, 2]), [2]);
 * where(gt(x, constant(0)), x, constant(0)).shape; // [2]
 */
export function where(mask: Node, a: Node, b: Node): Node {
  return record(whereOp, [float(mask), float(a), float(b)]);
}
