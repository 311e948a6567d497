import * as e from "../../core/expression.ts";
import { type Node, record } from "../../core/node.ts";
import type { ElementwiseOp } from "../../core/op.ts";
import { sumTo } from "../sum-expand/index.ts";
import { mul, sub } from "./arithmetic.ts";
import { eq, ge, where } from "./compare.ts";
import { constant, float, full } from "./constant.ts";
import { log } from "./functions.ts";

/** Attribute: `exponent`. Small whole exponents and roots are multiplied out. */
export const powNumberOp: ElementwiseOp = {
  kind: "elementwise",
  name: "powNumber",
  arity: 1,
  expression: ([x], attributes) => power(x!, attributes.exponent as number),
  gradient: ({ inputs: [x], attributes }, grad) => {
    const exponent = attributes.exponent as number;
    if (exponent === 0) return [full(x!.shape, 0)];
    return [mul(grad, mul(pow(x!, exponent - 1), constant(exponent)))];
  },
};

function power(x: e.Expression, exponent: number): e.Expression {
  switch (exponent) {
    case 0:
      return e.constant(1);
    case 0.5:
      return e.sqrt(x);
    case 1:
      return x;
    case 2:
      return e.mul(x, x);
    case 3:
      return e.mul(e.mul(x, x), x);
    case -0.5:
      return e.div(e.constant(1), e.sqrt(x));
    case -1:
      return e.div(e.constant(1), x);
    case -2:
      return e.div(e.constant(1), e.mul(x, x));
    default:
      return e.pow(x, e.constant(exponent));
  }
}

export const powOp: ElementwiseOp = {
  kind: "elementwise",
  name: "pow",
  arity: 2,
  expression: ([a, b]) => e.pow(a!, b!),
  gradient: (node, grad, needs) => {
    const [a, b] = node.inputs;
    return [
      needs[0] ? sumTo(mul(grad, slopeOfBase(a!, b!)), a!.shape) : null,
      needs[1] ? sumTo(mul(grad, slopeOfExponent(node, a!, b!)), b!.shape) : null,
    ];
  },
};

// 0 · 0^-1 would be NaN.
const slopeOfBase = (a: Node, b: Node) => where(eq(b, constant(0)), constant(0), mul(b, pow(a, sub(b, constant(1)))));

// 0^b · log 0 would be NaN, where 0^b is flat for every b ≥ 0.
const slopeOfExponent = (y: Node, a: Node, b: Node) =>
  where(mul(eq(a, constant(0)), ge(b, constant(0))), constant(0), mul(y, log(a)));

/**
 * x to the power of a number that is part of the structure, or of a tensor, with broadcasting. A negative base needs a
 * whole exponent, or gives NaN.
 * @throws ShapeError when the shapes don't broadcast.
 * @example
 * pow(dataNode(new Float32Array([1, 2, 3]), [3]), 2).shape; // [3]
 */
export function pow(x: Node, exponent: Node | number): Node {
  if (typeof exponent !== "number") return record(powOp, [float(x), float(exponent)]);
  return exponent === 1 ? float(x) : record(powNumberOp, [float(x)], { exponent });
}
