import { ShapeError } from "../../core/errors.ts";
import * as e from "../../core/expression.ts";
import { type Node, record } from "../../core/node.ts";
import type { CompositionOp, ElementwiseOp } from "../../core/op.ts";
import { add, constant, float, gt, lt, mul, where } from "../elementwise/index.ts";
import { expandAxes } from "../sum-expand/index.ts";

const zero = e.constant(0);

export const reluOp: ElementwiseOp = {
  kind: "elementwise",
  name: "relu",
  arity: 1,
  expression: ([x]) => e.max(x!, zero),
  // From the output: the input need not be kept.
  gradient: (node, grad) => [where(gt(node, constant(0)), grad, constant(0))],
};

/** max(x, 0), whose gradient at 0 is 0. */
export function relu(x: Node): Node {
  return record(reluOp, [float(x)]);
}

/** Attribute: `negativeSlope`. */
export const leakyReluOp: ElementwiseOp = {
  kind: "elementwise",
  name: "leakyRelu",
  arity: 1,
  expression: ([x], attributes) =>
    e.select(e.lt(zero, x!), x!, e.mul(x!, e.constant(attributes.negativeSlope as number))),
  gradient: (node, grad) => {
    const slope = node.attributes.negativeSlope as number;
    // With a slope that is not negative the output has the input's sign, and the input need not be kept.
    const positive = gt(slope >= 0 ? node : node.inputs[0]!, constant(0));
    return [where(positive, grad, mul(grad, constant(slope)))];
  },
};

/** x above 0, negativeSlope · x (0.01 unless given) elsewhere. */
export function leakyRelu(x: Node, options: { negativeSlope?: number } = {}): Node {
  return record(leakyReluOp, [float(x)], { negativeSlope: options.negativeSlope ?? 0.01 });
}

export const preluOp: CompositionOp = {
  kind: "composition",
  name: "prelu",
  check: ([x, weight]) => {
    const channels = x!.shape[1] ?? 1;
    if (weight!.shape.length !== 1 || (weight!.shape[0] !== 1 && weight!.shape[0] !== channels)) {
      throw new ShapeError("prelu", `needs a weight of shape [1] or [${channels}]`, { weight: weight!.shape });
    }
  },
  body: ([x, weight]) => {
    const [count] = weight!.shape;
    const rank = Math.max(x!.shape.length, 2);
    const aligned =
      count === 1 ? weight! : expandAxes(weight!, [count!, ...Array(rank - 2).fill(1)], alongFirst(rank - 1));
    return where(gt(x!, constant(0)), x!, mul(aligned, x!));
  },
};

const alongFirst = (rank: number) => Array.from({ length: rank }, (_, axis) => (axis === 0 ? 0 : -1));

/**
 * x above 0, weight · x elsewhere: one weight for all, or one for each channel (dimension 1).
 * @throws ShapeError for a weight that is neither.
 * @example
 * const x = dataNode(new Float32Array(24), [1, 2, 3, 4]);
 * prelu(x, dataNode(new Float32Array([0.1, 0.2]), [2])).shape; // [1, 2, 3, 4]
 */
export function prelu(x: Node, weight: Node): Node {
  return record(preluOp, [float(x), weight]);
}

export const relu6Op: ElementwiseOp = {
  kind: "elementwise",
  name: "relu6",
  arity: 1,
  expression: ([x]) => e.min(e.max(x!, zero), e.constant(6)),
  gradient: (node, grad) => [where(mul(gt(node, constant(0)), lt(node, constant(6))), grad, constant(0))],
};

/** min(max(x, 0), 6), whose gradient at 0 and 6 is 0. */
export function relu6(x: Node): Node {
  return record(relu6Op, [float(x)]);
}

/** Attribute: `alpha`. */
export const eluOp: ElementwiseOp = {
  kind: "elementwise",
  name: "elu",
  arity: 1,
  expression: ([x], attributes) =>
    e.select(e.lt(zero, x!), x!, e.mul(e.sub(e.exp(x!), e.constant(1)), e.constant(attributes.alpha as number))),
  gradient: (node, grad) => {
    const alpha = node.attributes.alpha as number;
    const positive = gt(alpha >= 0 ? node : node.inputs[0]!, constant(0));
    return [where(positive, grad, mul(grad, add(node, constant(alpha))))];
  },
};

/** x above 0, alpha · (e^x - 1) elsewhere; alpha is 1 unless given. */
export function elu(x: Node, options: { alpha?: number } = {}): Node {
  return record(eluOp, [float(x)], { alpha: options.alpha ?? 1 });
}
