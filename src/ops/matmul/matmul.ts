import { ShapeError } from "../../core/errors.ts";
import { type Node, record } from "../../core/node.ts";
import type { Attributes, PrimitiveOp } from "../../core/op.ts";
import { broadcastShapes, numel, type Shape, type TensorType } from "../../core/shape.ts";
import { float } from "../elementwise/index.ts";
import { reshape } from "../reshape/reshape.ts";
import { sumTo } from "../sum-expand/index.ts";

export interface MatmulOptions {
  /** a is stored as [.., K, M]. */
  readonly transposeA?: boolean;
  /** b is stored as [.., N, K]. */
  readonly transposeB?: boolean;
  /** [N], added to each row of the product: counted as bias additions. */
  readonly bias?: Node | null;
}

/**
 * Matrix product [.., M, K] × [.., K, N] → [.., M, N]; leading dimensions broadcast. As in PyTorch, a vector as `a` is a
 * row and as `b` a column, and its dimension is left out of the result.
 * @throws ShapeError when the inner dimensions differ or the leading ones don't broadcast.
 * @example
 * const a = dataNode(new Float32Array([1, 2, 3, 4]), [2, 2]);
 * matmul(a, dataNode(new Float32Array([1, 1]), [2])).shape; // [2]
 */
export function matmul(a: Node, b: Node, options: MatmulOptions = {}): Node {
  const { transposeA = false, transposeB = false, bias = null } = options;
  if (a.shape.length === 0 || b.shape.length === 0) {
    throw new ShapeError("matmul", "needs inputs of at least one dimension", { a: a.shape, b: b.shape });
  }
  if (a.shape.length === 1 || b.shape.length === 1) return withVector(a, b, options);
  if (b.shape.length === 2 && a.shape.length > 2 && !transposeA) {
    // One large product instead of many small ones.
    const rows = numel(a.shape.slice(0, -1));
    const product = matmul(reshape(a, [rows, a.shape.at(-1)!]), b, options);
    return reshape(product, [...a.shape.slice(0, -1), product.shape[1]!]);
  }
  return record(matmulOp, (bias ? [a, b, bias] : [a, b]).map(float), { transposeA, transposeB });
}

function withVector(a: Node, b: Node, options: MatmulOptions): Node {
  const row = a.shape.length === 1;
  const column = b.shape.length === 1;
  const product = matmul(row ? reshape(a, [1, a.shape[0]!]) : a, column ? reshape(b, [b.shape[0]!, 1]) : b, {
    ...options,
    ...(row ? { transposeA: false } : {}),
    ...(column ? { transposeB: false } : {}),
  });
  const shape = [...product.shape];
  if (column) shape.splice(-1, 1);
  if (row) shape.splice(column ? -1 : -2, 1);
  return reshape(product, shape);
}

/** The sizes of a product, from the shapes of its inputs. */
export interface MatmulSizes {
  readonly batch: Shape;
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** @throws ShapeError */
export function matmulSizes(inputs: readonly TensorType[], attributes: Attributes): MatmulSizes {
  const a = inputs[0]!.shape;
  const b = inputs[1]!.shape;
  const bias = inputs[2]?.shape;
  if (a.length < 2 || b.length < 2) {
    throw new ShapeError("matmul", "needs inputs of at least two dimensions", { a, b });
  }
  const [m, k] = lastTwo(a, attributes.transposeA === true);
  const [inner, n] = lastTwo(b, attributes.transposeB === true);
  if (k !== inner) {
    throw new ShapeError("matmul", `needs equal inner dimensions (${k} and ${inner} differ)`, { a, b });
  }
  if (bias && (bias.length !== 1 || bias[0] !== n)) {
    throw new ShapeError("matmul", `needs a bias of shape [${n}]`, { bias });
  }
  return { batch: broadcastShapes("matmul", [a.slice(0, -2), b.slice(0, -2)]), m, n, k };
}

function lastTwo(shape: Shape, transposed: boolean): [number, number] {
  const rows = shape.at(-2)!;
  const columns = shape.at(-1)!;
  return transposed ? [columns, rows] : [rows, columns];
}

/** For each matrix of the batch, in order, the offset of the one that it uses in a tensor with these leading dimensions. */
export function batchOffsets(leading: Shape, strides: readonly number[], batch: Shape): number[] {
  let offsets = [0];
  const skipped = batch.length - leading.length;
  for (const [axis, size] of batch.entries()) {
    const own = axis - skipped;
    const step = own < 0 || leading[own] === 1 ? 0 : strides[own]!;
    offsets = offsets.flatMap((offset) => Array.from({ length: size }, (_, index) => offset + index * step));
  }
  return offsets;
}

export const matmulOp: PrimitiveOp = {
  kind: "primitive",
  name: "matmul",
  shape(inputs, attributes) {
    const { batch, m, n } = matmulSizes(inputs, attributes);
    return [...batch, m, n];
  },
  gradient(node, gradOutput, needs) {
    const [a, b, bias] = node.inputs as [Node, Node, Node?];
    const transposeA = node.attributes.transposeA === true;
    const transposeB = node.attributes.transposeB === true;
    const gradA = () =>
      transposeA ? product(b, gradOutput, transposeB, true) : product(gradOutput, b, false, !transposeB);
    const gradB = () =>
      transposeB ? product(gradOutput, a, true, transposeA) : product(a, gradOutput, !transposeA, false);
    return [
      needs[0] ? sumTo(gradA(), a.shape) : null,
      needs[1] ? sumTo(gradB(), b.shape) : null,
      bias && needs[2] ? sumTo(gradOutput, bias.shape) : null,
    ];
  },
};

function product(a: Node, b: Node, transposeA: boolean, transposeB: boolean): Node {
  return record(matmulOp, [a, b], { transposeA, transposeB });
}
