import * as e from "../../core/expression.ts";
import { type Node, record } from "../../core/node.ts";
import type { ElementwiseOp } from "../../core/op.ts";
import { sumTo } from "../sum-expand/index.ts";
import { float } from "./constant.ts";

export const addOp: ElementwiseOp = {
  kind: "elementwise",
  name: "add",
  arity: 2,
  expression: ([a, b]) => e.add(a!, b!),
  gradient: ({ inputs: [a, b] }, grad, needs) => [
    needs[0] ? sumTo(grad, a!.shape) : null,
    needs[1] ? sumTo(grad, b!.shape) : null,
  ],
};

/**
 * a + b, with broadcasting. As in all arithmetic here, the result is float32 and int32 operands are converted.
 * @throws ShapeError when the shapes don't broadcast.
 * @example
 * add(dataNode(new Float32Array(6), [2, 3]), dataNode(new Float32Array(3), [3])).shape; // [2, 3]
 */
export function add(a: Node, b: Node): Node {
  return record(addOp, [float(a), float(b)]);
}

export const subOp: ElementwiseOp = {
  kind: "elementwise",
  name: "sub",
  arity: 2,
  expression: ([a, b]) => e.sub(a!, b!),
  gradient: ({ inputs: [a, b] }, grad, needs) => [
    needs[0] ? sumTo(grad, a!.shape) : null,
    needs[1] ? neg(sumTo(grad, b!.shape)) : null,
  ],
};

/** a - b, with broadcasting. @throws ShapeError when the shapes don't broadcast. */
export function sub(a: Node, b: Node): Node {
  return record(subOp, [float(a), float(b)]);
}

export const mulOp: ElementwiseOp = {
  kind: "elementwise",
  name: "mul",
  arity: 2,
  expression: ([a, b]) => e.mul(a!, b!),
  gradient: ({ inputs: [a, b] }, grad, needs) => [
    needs[0] ? sumTo(mul(grad, b!), a!.shape) : null,
    needs[1] ? sumTo(mul(grad, a!), b!.shape) : null,
  ],
};

/** a · b, with broadcasting. @throws ShapeError when the shapes don't broadcast. */
export function mul(a: Node, b: Node): Node {
  return record(mulOp, [float(a), float(b)]);
}

export const divOp: ElementwiseOp = {
  kind: "elementwise",
  name: "div",
  arity: 2,
  expression: ([a, b]) => e.div(a!, b!),
  gradient: (node, grad, needs) => {
    const [a, b] = node.inputs;
    return [
      needs[0] ? sumTo(div(grad, b!), a!.shape) : null,
      // -g·a/b² = -g·y/b: y is there already, and b divides after the sum, where it is small.
      needs[1] ? neg(div(sumTo(mul(grad, node), b!.shape), b!)) : null,
    ];
  },
};

/** a / b, with broadcasting. @throws ShapeError when the shapes don't broadcast. */
export function div(a: Node, b: Node): Node {
  return record(divOp, [float(a), float(b)]);
}

export const negOp: ElementwiseOp = {
  kind: "elementwise",
  name: "neg",
  arity: 1,
  expression: ([x]) => e.neg(x!),
  gradient: (_node, grad) => [neg(grad)],
};

/** -x. */
export function neg(x: Node): Node {
  return record(negOp, [float(x)]);
}
