import { ShapeError } from "../../core/errors.ts";
import { type Node, record } from "../../core/node.ts";
import type { Attributes, MovementOp } from "../../core/op.ts";
import { normalizeDim, numel, type Shape } from "../../core/shape.ts";
import { reshapedStrides } from "./strides.ts";

/** Ops that read the same elements, in row-major order, under another shape. */
function reshaping(name: string, shape: (input: Shape, attributes: Attributes) => Shape): MovementOp {
  return {
    kind: "movement",
    name,
    shape: ([input], attributes) => shape(input!.shape, attributes),
    gradient: (node, gradOutput) => [reshape(gradOutput, node.inputs[0]!.shape)],
    view(input, strides, offset, output) {
      const result = reshapedStrides(input.shape, strides, output.shape);
      return result && { strides: result, offset };
    },
  };
}

export const reshapeOp = reshaping("reshape", (input, attributes) => {
  const shape = attributes.shape as readonly number[];
  const unknown = shape.indexOf(-1);
  const known = numel(shape.filter((_, axis) => axis !== unknown));
  const result = shape.slice();
  if (unknown >= 0) result[unknown] = known === 0 ? 0 : numel(input) / known;
  if (result.some((size) => !Number.isInteger(size) || size < 0) || numel(result) !== numel(input)) {
    throw new ShapeError("reshape", "needs a shape with as many elements as the input (one size may be -1)", {
      input,
      shape,
    });
  }
  return result;
});

export const flattenOp = reshaping("flatten", (input, attributes) => {
  const start = normalizeDim("flatten", attributes.startDim as number, input.length);
  const end = normalizeDim("flatten", attributes.endDim as number, input.length);
  if (start > end) throw new ShapeError("flatten", "needs startDim before endDim", { startDim: start, endDim: end });
  return [...input.slice(0, start), numel(input.slice(start, end + 1)), ...input.slice(end + 1)];
});

export const squeezeOp = reshaping("squeeze", (input, attributes) => {
  if (attributes.dim === null) return input.filter((size) => size !== 1);
  const dim = normalizeDim("squeeze", attributes.dim as number, input.length);
  return input.filter((size, axis) => axis !== dim || size !== 1);
});

export const unsqueezeOp = reshaping("unsqueeze", (input, attributes) => {
  const dim = normalizeDim("unsqueeze", attributes.dim as number, input.length + 1);
  return [...input.slice(0, dim), 1, ...input.slice(dim)];
});

/**
 * The same elements under another shape; one size may be -1 and follows from the others.
 * @throws ShapeError when the number of elements differs.
 * @example
 * import { dataNode } from "../../core/node.ts";
 * reshape(dataNode(new Float32Array(6), [2, 3]), [3, -1]).shape; // [3, 2]
 */
export function reshape(x: Node, shape: readonly number[]): Node {
  return record(reshapeOp, [x], { shape });
}

/** Dimensions `startDim` to `endDim`, inclusive, made one: [N, C, H, W] → [N, C·H·W] for startDim 1. */
export function flatten(x: Node, startDim = 0, endDim = -1): Node {
  return record(flattenOp, [x], { startDim, endDim });
}

/** Drops dimension `dim` where its size is 1; without `dim`, all dimensions of size 1. */
export function squeeze(x: Node, dim: number | null = null): Node {
  return record(squeezeOp, [x], { dim });
}

/** Puts in a dimension of size 1 that becomes number `dim`. */
export function unsqueeze(x: Node, dim: number): Node {
  return record(unsqueezeOp, [x], { dim });
}
