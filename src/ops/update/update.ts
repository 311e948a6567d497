import * as e from "../../core/expression.ts";
import { type Node, record } from "../../core/node.ts";
import type { ElementwiseOp } from "../../core/op.ts";

// One node each, where arithmetic would record three to seven: a step of a network of hundreds of tensors is recorded anew each time.

/** Attributes: `old` and `now`, the shares. */
export const blendOp: ElementwiseOp = {
  kind: "elementwise",
  name: "blend",
  arity: 2,
  expression: ([old, now], shares) =>
    e.add(e.mul(old!, e.constant(shares.old as number)), e.mul(now!, e.constant(shares.now as number))),
};

/**
 * A running mean's next value: share · old + rest · now. No gradient flows.
 * @example
 * const x = dataNode(new Float32Array(20), [20]);
 * blend(x, x, 0.9).shape; // [20]
 */
export function blend(old: Node, now: Node, share: number, rest: number = 1 - share): Node {
  return record(blendOp, [old, now], { old: share, now: rest });
}

/** Attribute: `share`. */
export const blendSquareOp: ElementwiseOp = {
  kind: "elementwise",
  name: "blendSquare",
  arity: 2,
  expression: ([old, now], attributes) => {
    const share = attributes.share as number;
    return e.add(e.mul(old!, e.constant(share)), e.mul(e.mul(now!, e.constant(1 - share)), now!));
  },
};

/** A running mean of squares' next value: share · old + (1 - share) · now². No gradient flows. */
export function blendSquare(old: Node, now: Node, share: number): Node {
  return record(blendSquareOp, [old, now], { share });
}

/** Attribute: `eps`. Inputs: value, mean, square, rate, correction. */
export const adamUpdateOp: ElementwiseOp = {
  kind: "elementwise",
  name: "adamUpdate",
  arity: 5,
  expression: ([value, mean, square, rate, correction], { eps }) => {
    const deviation = e.add(e.div(e.sqrt(square!), correction!), e.constant(eps as number));
    return e.sub(value!, e.div(e.mul(mean!, rate!), deviation));
  },
};

/**
 * Adam's step (Kingma and Ba, 2015): value - rate · mean / (√square / correction + eps). No gradient flows.
 * @example
 * const [x, one] = [dataNode(new Float32Array(20), [20]), dataNode(new Float32Array(1), [])];
 * adamUpdate(x, x, x, one, one, 1e-8).shape; // [20]
 */
export function adamUpdate(value: Node, mean: Node, square: Node, rate: Node, correction: Node, eps: number): Node {
  return record(adamUpdateOp, [value, mean, square, rate, correction], { eps });
}
