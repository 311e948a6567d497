import { type Node, record } from "../../core/node.ts";
import type { CompositionOp } from "../../core/op.ts";
import { numel } from "../../core/shape.ts";
import { constant, float, mul, pow, sqrt, sub } from "../elementwise/index.ts";
import { reductionDims, sum } from "../sum-expand/index.ts";

const count = (x: Node, dims: readonly number[]) => numel(dims.map((axis) => x.shape[axis]!));

/** Attributes: `dim`, `keepdim`. */
export const meanOp: CompositionOp = {
  kind: "composition",
  name: "mean",
  body: ([x], attributes) => {
    const dim = attributes.dim as readonly number[];
    return mul(sum(x!, dim, attributes.keepdim as boolean), constant(1 / count(x!, dim)));
  },
};

/**
 * The mean over dimensions `dim` (all of them when left out), which become 1 with `keepdim` and vanish without.
 * @throws ShapeError for a dimension that is not there.
 * @example
 * mean(dataNode(new Float32Array(24), [2, 3, 4]), [1], true).shape; // [2, 1, 4]
 */
export function mean(x: Node, dim?: readonly number[], keepdim = false): Node {
  return record(meanOp, [float(x)], { dim: reductionDims("mean", x, dim), keepdim });
}

/** Attributes: `dim`, `unbiased`, `keepdim`. */
export const varianceOp: CompositionOp = {
  kind: "composition",
  name: "var",
  body: ([x], attributes) => {
    const dim = attributes.dim as readonly number[];
    const squares = pow(sub(x!, mean(x!, dim, true)), 2);
    const divisor = Math.max(0, count(x!, dim) - (attributes.unbiased ? 1 : 0));
    return mul(sum(squares, dim, attributes.keepdim as boolean), constant(1 / divisor));
  },
};

/** `unbiased` (the default) divides by n - 1, otherwise by n. */
export interface VarianceOptions {
  unbiased?: boolean;
  keepdim?: boolean;
}

/**
 * The variance over dimensions `dim` (all of them when left out). Named so because `var` is a word of the language.
 * @throws ShapeError for a dimension that is not there.
 * @example
 * variance(dataNode(new Float32Array(24), [2, 3, 4]), [0, 2]).shape; // [3]
 */
export function variance(x: Node, dim?: readonly number[], options: VarianceOptions = {}): Node {
  const { unbiased = true, keepdim = false } = options;
  return record(varianceOp, [float(x)], { dim: reductionDims("var", x, dim), unbiased, keepdim });
}

/** Attributes: `dim`, `unbiased`, `keepdim`. */
export const stdOp: CompositionOp = {
  kind: "composition",
  name: "std",
  body: ([x], attributes) =>
    sqrt(
      variance(x!, attributes.dim as readonly number[], {
        unbiased: attributes.unbiased as boolean,
        keepdim: attributes.keepdim as boolean,
      }),
    ),
};

/** The standard deviation: the root of `variance`. */
export function std(x: Node, dim?: readonly number[], options: VarianceOptions = {}): Node {
  const { unbiased = true, keepdim = false } = options;
  return record(stdOp, [float(x)], { dim: reductionDims("std", x, dim), unbiased, keepdim });
}
