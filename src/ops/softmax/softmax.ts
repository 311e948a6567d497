import { type Node, record } from "../../core/node.ts";
import type { Attributes, CompositionOp } from "../../core/op.ts";
import { normalizeDim } from "../../core/shape.ts";
import { detach, div, exp, float, log, sub } from "../elementwise/index.ts";
import { amax } from "../reduce/index.ts";
import { sum } from "../sum-expand/index.ts";

/** x less its maximum, so that exp cannot overflow. The shift cancels, so no gradient flows through it. */
const shifted = (x: Node, dims: readonly number[]) => sub(x, detach(amax(x, dims, true)));

/** A tensor of rank 0 has the dimension 0, as in PyTorch. */
const dimsOf = (x: Node, attributes: Attributes) => (x.shape.length === 0 ? [] : [attributes.dim as number]);

/** Attribute: `dim`, counted from the front. */
export const softmaxOp: CompositionOp = {
  kind: "composition",
  name: "softmax",
  body: ([x], attributes) => {
    const dims = dimsOf(x!, attributes);
    const powers = exp(shifted(x!, dims));
    return div(powers, sum(powers, dims, true));
  },
};

/**
 * e^x / Σ e^x along `dim`, without overflow for any x.
 * @throws ShapeError for a dimension that is not there.
 * @example
 * softmax(dataNode(new Float32Array([1000, 1001, 1002]), [3]), 0).shape; // [3]
 */
export function softmax(x: Node, dim: number): Node {
  return record(softmaxOp, [float(x)], { dim: normalizeDim("softmax", dim, x.shape.length) });
}

/** Attribute: `dim`, counted from the front. */
export const logSoftmaxOp: CompositionOp = {
  kind: "composition",
  name: "logSoftmax",
  body: ([x], attributes) => {
    const dims = dimsOf(x!, attributes);
    const low = shifted(x!, dims);
    return sub(low, log(sum(exp(low), dims, true)));
  },
};

/** The logarithm of softmax along `dim`, exact where softmax itself would round to 0. @throws ShapeError as softmax. */
export function logSoftmax(x: Node, dim: number): Node {
  return record(logSoftmaxOp, [float(x)], { dim: normalizeDim("logSoftmax", dim, x.shape.length) });
}
