import { ShapeError } from "../../core/errors.ts";
import { type Node, record } from "../../core/node.ts";
import type { CompositionOp } from "../../core/op.ts";
import { matmul } from "../matmul/matmul.ts";

/**
 * x · weightᵀ + bias: [.., I] with weight [O, I] and bias [O] → [.., O].
 * I·O multiplications, (I - 1)·O additions and O bias additions a row.
 * @throws ShapeError when the features of x, weight and bias don't fit together.
 * @example
 * const x = dataNode(new Float32Array([1, 2]), [1, 2]);
 * const weight = dataNode(new Float32Array([1, 0, 0, 1, 1, 1]), [3, 2]);
 * linear(x, weight, null).shape; // [1, 3]
 */
export function linear(x: Node, weight: Node, bias: Node | null): Node {
  return record(linearOp, bias ? [x, weight, bias] : [x, weight]);
}

export const linearOp: CompositionOp = {
  kind: "composition",
  name: "linear",
  check([x, weight, bias]) {
    if (weight!.shape.length !== 2) {
      throw new ShapeError("linear", "needs a weight of shape [O, I]", { weight: weight!.shape });
    }
    const [outputs, features] = weight!.shape as [number, number];
    if (x!.shape.length === 0 || x!.shape.at(-1) !== features) {
      throw new ShapeError("linear", `needs ${features} input features in the last dimension`, { input: x!.shape });
    }
    if (bias && (bias.shape.length !== 1 || bias.shape[0] !== outputs)) {
      throw new ShapeError("linear", `needs a bias of shape [${outputs}]`, { bias: bias.shape });
    }
  },
  body([x, weight, bias]) {
    return matmul(x!, weight!, { transposeB: true, bias: bias ?? null });
  },
};
