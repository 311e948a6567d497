import * as e from "../../core/expression.ts";
import { type Node, record } from "../../core/node.ts";
import type { ElementwiseOp } from "../../core/op.ts";
import { add, constant, float, gt, mul, sub, where } from "../elementwise/index.ts";

const one = e.constant(1);

export const tanhOp: ElementwiseOp = {
  kind: "elementwise",
  name: "tanh",
  arity: 1,
  expression: ([x]) => e.tanh(x!),
  gradient: (node, grad) => [mul(grad, sub(constant(1), mul(node, node)))],
};

/** The hyperbolic tangent. */
export function tanh(x: Node): Node {
  return record(tanhOp, [float(x)]);
}

export const sigmoidOp: ElementwiseOp = {
  kind: "elementwise",
  name: "sigmoid",
  arity: 1,
  expression: ([x]) => e.sigmoid(x!),
  gradient: (node, grad) => [mul(grad, mul(node, sub(constant(1), node)))],
};

/** 1 / (1 + e^-x). */
export function sigmoid(x: Node): Node {
  return record(sigmoidOp, [float(x)]);
}

export const siluOp: ElementwiseOp = {
  kind: "elementwise",
  name: "silu",
  arity: 1,
  expression: ([x]) => e.mul(x!, e.sigmoid(x!)),
  gradient: ({ inputs }, grad) => {
    const x = inputs[0]!;
    const s = sigmoid(x);
    return [mul(grad, mul(s, add(mul(x, sub(constant(1), s)), constant(1))))];
  },
};

/** x · sigmoid(x), also called swish. */
export function silu(x: Node): Node {
  return record(siluOp, [float(x)]);
}

/** log(1 + x) to the last bits for small x: the rounding of 1 + x is divided out (Kahan). */
function log1p(x: e.Expression): e.Expression {
  const rounded = e.add(x, one);
  const grown = e.sub(rounded, one);
  return e.select(e.eq(grown, e.constant(0)), x, e.mul(e.log(rounded), e.div(x, grown)));
}

/** Attributes: `beta`, `threshold`. */
export const softplusOp: ElementwiseOp = {
  kind: "elementwise",
  name: "softplus",
  arity: 1,
  expression: ([x], attributes) => {
    const beta = attributes.beta as number;
    const scaled = beta === 1 ? x! : e.mul(x!, e.constant(beta));
    // max(z, 0) + log(1 + e^-|z|) cannot overflow.
    const curve = e.add(e.max(scaled, e.constant(0)), log1p(e.exp(e.neg(e.abs(scaled)))));
    const unscaled = beta === 1 ? curve : e.div(curve, e.constant(beta));
    return e.select(e.lt(e.constant(attributes.threshold as number), scaled), x!, unscaled);
  },
  gradient: ({ inputs, attributes }, grad) => {
    const scaled = mul(inputs[0]!, constant(attributes.beta as number));
    const straight = gt(scaled, constant(attributes.threshold as number));
    return [where(straight, grad, mul(grad, sigmoid(scaled)))];
  },
};

/** log(1 + e^(beta · x)) / beta, and x itself where beta · x is above the threshold; 1 and 20 unless given. */
export function softplus(x: Node, options: { beta?: number; threshold?: number } = {}): Node {
  const { beta = 1, threshold = 20 } = options;
  return record(softplusOp, [float(x)], { beta, threshold });
}
