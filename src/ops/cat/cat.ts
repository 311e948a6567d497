import { ArgumentError, ShapeError } from "../../core/errors.ts";
import { type Node, record } from "../../core/node.ts";
import type { CompositionOp, PlacementOp } from "../../core/op.ts";
import { normalizeDim, type TensorType } from "../../core/shape.ts";
import { unsqueeze } from "../reshape/reshape.ts";
import { narrow } from "../slice-pad/slice.ts";

/** Where each input begins along `dim`. */
export function catStarts(inputs: readonly TensorType[], dim: number): number[] {
  let at = 0;
  return inputs.map((input) => {
    const start = at;
    at += input.shape[dim]!;
    return start;
  });
}

export const catOp: PlacementOp = {
  kind: "placement",
  name: "cat",
  shape(inputs, attributes) {
    const dim = attributes.dim as number;
    const first = inputs[0]!;
    for (const { shape, dtype } of inputs) {
      if (shape.length !== first.shape.length || shape.some((size, axis) => axis !== dim && size !== first.shape[axis]))
        throw new ShapeError("cat", `needs inputs that are equal but for dimension ${dim}`, {
          shapes: inputs.map((input) => `[${input.shape.join(", ")}]`).join(" and "),
        });
      if (dtype !== first.dtype)
        throw new ShapeError("cat", "needs inputs of one dtype", { dtype, first: first.dtype });
    }
    const total = inputs.reduce((sum, { shape }) => sum + shape[dim]!, 0);
    return first.shape.map((size, axis) => (axis === dim ? total : size));
  },
  gradient(node, gradOutput, needs) {
    const dim = node.attributes.dim as number;
    const from = catStarts(node.inputs, dim);
    return node.inputs.map((input, which) =>
      needs[which] ? narrow(gradOutput, dim, from[which]!, input.shape[dim]!) : null,
    );
  },
  placement(inputs, output, attributes) {
    const dim = attributes.dim as number;
    return {
      fill: null,
      regions: catStarts(inputs, dim).map((start) => ({
        offsets: output.shape.map((_, axis) => (axis === dim ? start : 0)),
        steps: output.shape.map(() => 1),
      })),
    };
  },
};

export const stackOp: CompositionOp = {
  kind: "composition",
  name: "stack",
  body: (inputs, attributes) =>
    cat(
      inputs.map((input) => unsqueeze(input, attributes.dim as number)),
      attributes.dim as number,
    ),
};

/**
 * The inputs one after the other along `dim`; all other sizes are equal.
 * @throws ShapeError when they are not.
 * @example
 * import { dataNode } from "../../core/node.ts";
 * const x = dataNode(new Float32Array(6), [1, 2, 3]);
 * cat([x, x], 1).shape; // [1, 4, 3]
 */
export function cat(inputs: readonly Node[], dim = 0): Node {
  const first = needOne("cat", inputs);
  if (first.shape.length === 0) throw new ShapeError("cat", "needs inputs with at least one dimension", { input: [] });
  return record(catOp, inputs, { dim: normalizeDim("cat", dim, first.shape.length) });
}

/** Inputs of one shape along a new dimension `dim`. */
export function stack(inputs: readonly Node[], dim = 0): Node {
  const first = needOne("stack", inputs);
  const other = inputs.find((input) => input.shape.join() !== first.shape.join());
  if (other) {
    throw new ShapeError("stack", "needs inputs of equal shapes", { first: first.shape, other: other.shape });
  }
  return record(stackOp, inputs, { dim: normalizeDim("stack", dim, first.shape.length + 1) });
}

/** Pieces of `size` elements along `dim` (the last may be shorter), or of the sizes given. */
export function split(x: Node, size: number | readonly number[], dim = 0): Node[] {
  const axis = normalizeDim("split", dim, x.shape.length);
  const total = x.shape[axis] ?? 0;
  let sizes: readonly number[];
  if (typeof size === "number") {
    if (!Number.isInteger(size) || size < 1) throw new ArgumentError(`split: needs a size of at least 1, got ${size}`);
    const count = Math.max(1, Math.ceil(total / size));
    sizes = Array.from({ length: count }, (_, piece) => Math.min(size, total - piece * size));
  } else sizes = size;
  if (sizes.reduce((sum, each) => sum + each, 0) !== total) {
    throw new ShapeError("split", `needs sizes that sum to the ${total} elements of dimension ${axis}`, { sizes });
  }
  let start = 0;
  return sizes.map((each) => {
    start += each;
    return narrow(x, axis, start - each, each);
  });
}

/** `chunks` pieces of equal size along `dim`, as PyTorch cuts them: the last may be shorter, and there may be fewer. */
export function chunk(x: Node, chunks: number, dim = 0): Node[] {
  if (!Number.isInteger(chunks) || chunks < 1) {
    throw new ArgumentError(`chunk: needs at least 1 chunk, got ${chunks}`);
  }
  const axis = normalizeDim("chunk", dim, x.shape.length);
  return split(x, Math.max(1, Math.ceil((x.shape[axis] ?? 0) / chunks)), axis);
}

function needOne(name: string, inputs: readonly Node[]): Node {
  const first = inputs[0];
  if (!first) throw new ArgumentError(`${name}: needs at least one input, got none`);
  return first;
}
