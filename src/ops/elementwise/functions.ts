import * as e from "../../core/expression.ts";
import { type Node, record } from "../../core/node.ts";
import type { ElementwiseOp } from "../../core/op.ts";
import { div, mul } from "./arithmetic.ts";
import { constant, float, full } from "./constant.ts";

export const absOp: ElementwiseOp = {
  kind: "elementwise",
  name: "abs",
  arity: 1,
  expression: ([x]) => e.abs(x!),
  gradient: ({ inputs }, grad) => [mul(grad, sign(inputs[0]!))],
};

/** |x|, whose gradient at 0 is 0. */
export function abs(x: Node): Node {
  return record(absOp, [float(x)]);
}

export const signOp: ElementwiseOp = {
  kind: "elementwise",
  name: "sign",
  arity: 1,
  expression: ([x]) => e.sub(e.lt(e.constant(0), x!), e.lt(x!, e.constant(0))),
  gradient: (node) => [full(node.shape, 0)],
};

/** 1, 0 or -1, with a gradient of 0. */
export function sign(x: Node): Node {
  return record(signOp, [float(x)]);
}

export const expOp: ElementwiseOp = {
  kind: "elementwise",
  name: "exp",
  arity: 1,
  expression: ([x]) => e.exp(x!),
  gradient: (node, grad) => [mul(grad, node)],
};

/** e^x. */
export function exp(x: Node): Node {
  return record(expOp, [float(x)]);
}

export const logOp: ElementwiseOp = {
  kind: "elementwise",
  name: "log",
  arity: 1,
  expression: ([x]) => e.log(x!),
  gradient: ({ inputs }, grad) => [div(grad, inputs[0]!)],
};

/** The natural logarithm: -Infinity at 0, NaN below. */
export function log(x: Node): Node {
  return record(logOp, [float(x)]);
}

export const sqrtOp: ElementwiseOp = {
  kind: "elementwise",
  name: "sqrt",
  arity: 1,
  expression: ([x]) => e.sqrt(x!),
  gradient: (node, grad) => [div(mul(grad, constant(0.5)), node)],
};

/** √x: NaN below 0. */
export function sqrt(x: Node): Node {
  return record(sqrtOp, [float(x)]);
}

export const floorOp: ElementwiseOp = {
  kind: "elementwise",
  name: "floor",
  arity: 1,
  expression: ([x]) => e.floor(x!),
  gradient: (node) => [full(node.shape, 0)],
};

/** The largest integer that is not above x, as float32, with a gradient of 0. */
export function floor(x: Node): Node {
  return record(floorOp, [float(x)]);
}
