import * as e from "../../core/expression.ts";
import { type Node, record } from "../../core/node.ts";
import type { ElementwiseOp } from "../../core/op.ts";
import { add, constant, exp, float, mul, sub } from "../elementwise/index.ts";
import { tanh } from "./smooth.ts";

export const erfOp: ElementwiseOp = {
  kind: "elementwise",
  name: "erf",
  arity: 1,
  expression: ([x]) => e.erf(x!),
  gradient: ({ inputs: [x] }, grad) => [
    mul(grad, mul(exp(mul(mul(x!, x!), constant(-1))), constant(2 / Math.sqrt(Math.PI)))),
  ],
};

/** The error function. */
export function erf(x: Node): Node {
  return record(erfOp, [float(x)]);
}

const cubic = 0.044715;
const slope = Math.sqrt(2 / Math.PI);

/** Attribute: `approximate`, "none" or "tanh". */
export const geluOp: ElementwiseOp = {
  kind: "elementwise",
  name: "gelu",
  arity: 1,
  expression: ([x], attributes) => {
    const half = e.mul(x!, e.constant(0.5));
    if (attributes.approximate === "none") {
      return e.mul(half, e.add(e.erf(e.mul(x!, e.constant(Math.SQRT1_2))), e.constant(1)));
    }
    const square = e.mul(x!, x!);
    const inner = e.mul(x!, e.add(e.mul(square, e.constant(slope * cubic)), e.constant(slope)));
    return e.mul(half, e.add(e.tanh(inner), e.constant(1)));
  },
  gradient: ({ inputs: [x], attributes }, grad) => [
    mul(grad, attributes.approximate === "none" ? exactSlope(x!) : tanhSlope(x!)),
  ],
};

/** Φ(x) + x φ(x), with the normal distribution Φ and its density φ. */
function exactSlope(x: Node): Node {
  const cumulative = add(mul(erf(mul(x, constant(Math.SQRT1_2))), constant(0.5)), constant(0.5));
  const density = mul(exp(mul(mul(x, x), constant(-0.5))), constant(1 / Math.sqrt(2 * Math.PI)));
  return add(cumulative, mul(x, density));
}

function tanhSlope(x: Node): Node {
  const square = mul(x, x);
  const t = tanh(mul(x, add(mul(square, constant(slope * cubic)), constant(slope))));
  const inner = add(mul(square, constant(3 * slope * cubic)), constant(slope));
  const bend = mul(mul(x, sub(constant(1), mul(t, t))), inner);
  return mul(add(add(t, constant(1)), bend), constant(0.5));
}

/**
 * x Φ(x), with the normal distribution Φ by the error function, or by tanh with `approximate: "tanh"`.
 * @example
 * gelu(dataNode(new Float32Array(2), [2]), { approximate: "tanh" }).shape; // [2]
 */
export function gelu(x: Node, options: { approximate?: "none" | "tanh" } = {}): Node {
  return record(geluOp, [float(x)], { approximate: options.approximate ?? "none" });
}
