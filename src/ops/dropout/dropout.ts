import { ArgumentError } from "../../core/errors.ts";
import { type Node, record } from "../../core/node.ts";
import type { CompositionOp } from "../../core/op.ts";
import { constant, float, lt, mul, where } from "../elementwise/index.ts";

/** Attribute: `p`. Inputs: x, numbers in [0, 1). */
export const dropoutOp: CompositionOp = {
  kind: "composition",
  name: "dropout",
  body: ([x, uniform], attributes) => {
    const p = attributes.p as number;
    const scale = p === 1 ? 0 : 1 / (1 - p);
    return where(lt(uniform!, constant(p)), constant(0), mul(x!, constant(scale)));
  },
};

/**
 * x / (1 - p) where `uniform` (numbers in [0, 1) that broadcast to x's shape) is at least p, else 0. A mask of shape
 * [N, C, 1, 1] drops whole channels.
 * @throws ArgumentError for p outside [0, 1]; ShapeError when the shapes don't broadcast.
 * @example
 * const x = dataNode(new Float32Array([1, 1]), [2]);
 * dropout(x, dataNode(new Float32Array([0.2, 0.7]), [2]), 0.5).shape; // [2]: 0 and 2
 */
export function dropout(x: Node, uniform: Node, p: number): Node {
  if (!(p >= 0 && p <= 1)) throw new ArgumentError(`dropout: needs a probability p from 0 to 1, got ${p}`);
  return record(dropoutOp, [float(x), uniform], { p });
}
