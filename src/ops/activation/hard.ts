import * as e from "../../core/expression.ts";
import { type Node, record } from "../../core/node.ts";
import type { ElementwiseOp } from "../../core/op.ts";
import { add, constant, float, gt, le, lt, mul, where } from "../elementwise/index.ts";

const ramp = (x: e.Expression) => e.min(e.max(e.add(x, e.constant(3)), e.constant(0)), e.constant(6));

export const hardsigmoidOp: ElementwiseOp = {
  kind: "elementwise",
  name: "hardsigmoid",
  arity: 1,
  expression: ([x]) => e.mul(ramp(x!), e.constant(1 / 6)),
  gradient: ({ inputs: [x] }, grad) => {
    const inside = mul(gt(x!, constant(-3)), lt(x!, constant(3)));
    return [where(inside, mul(grad, constant(1 / 6)), constant(0))];
  },
};

/** min(max(x + 3, 0), 6) / 6, whose gradient at -3 and 3 is 0. */
export function hardsigmoid(x: Node): Node {
  return record(hardsigmoidOp, [float(x)]);
}

export const hardswishOp: ElementwiseOp = {
  kind: "elementwise",
  name: "hardswish",
  arity: 1,
  expression: ([x]) => e.mul(x!, e.mul(ramp(x!), e.constant(1 / 6))),
  gradient: ({ inputs: [x] }, grad) => {
    const slope = add(mul(x!, constant(1 / 3)), constant(0.5));
    const bent = where(lt(x!, constant(-3)), constant(0), mul(grad, slope));
    return [where(le(x!, constant(3)), bent, grad)];
  },
};

/** x · hardsigmoid(x), whose gradient at -3 and 3 is that of the middle part. */
export function hardswish(x: Node): Node {
  return record(hardswishOp, [float(x)]);
}
