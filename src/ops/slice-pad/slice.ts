import { ShapeError } from "../../core/errors.ts";
import { type Node, record } from "../../core/node.ts";
import type { Attributes, MovementOp, PlacementOp } from "../../core/op.ts";
import { normalizeDim, type Shape } from "../../core/shape.ts";

export const sliceNumbers = (attributes: Attributes, name: "starts" | "ends" | "steps" | "shape") =>
  attributes[name] as readonly number[];

/** `starts`, `ends` (exclusive) and `steps`: one for each dimension, inside the input, steps at least 1. */
export const sliceOp: MovementOp = {
  kind: "movement",
  name: "slice",
  shape([input], attributes) {
    const [starts, ends, steps] = (["starts", "ends", "steps"] as const).map((name) => sliceNumbers(attributes, name));
    return input!.shape.map((size, axis) => {
      const [start, end, step] = [starts![axis]!, ends![axis]!, steps![axis]!];
      if (!(start >= 0 && start <= end && end <= size && Number.isInteger(step) && step >= 1)) {
        throw new ShapeError("slice", "needs 0 ≤ start ≤ end ≤ size and a step of at least 1", {
          dim: axis,
          start,
          end,
          step,
          input: input!.shape,
        });
      }
      return Math.ceil((end - start) / step);
    });
  },
  gradient(node, gradOutput) {
    const { starts, steps } = node.attributes;
    return [record(unsliceOp, [gradOutput], { shape: node.inputs[0]!.shape, starts: starts!, steps: steps! })];
  },
  view(_input, strides, offset, _output, attributes) {
    const starts = sliceNumbers(attributes, "starts");
    const steps = sliceNumbers(attributes, "steps");
    return {
      strides: strides.map((stride, axis) => stride * steps[axis]!),
      offset: strides.reduce((sum, stride, axis) => sum + stride * starts[axis]!, offset),
    };
  },
};

/** The gradient of slice: the input put where it was cut from, zero elsewhere. */
export const unsliceOp: PlacementOp = {
  kind: "placement",
  name: "unslice",
  shape: (_inputs, attributes) => sliceNumbers(attributes, "shape"),
  gradient(node, gradOutput) {
    const starts = sliceNumbers(node.attributes, "starts");
    const steps = sliceNumbers(node.attributes, "steps");
    return [record(sliceOp, [gradOutput], { starts, ends: endsFor(node.inputs[0]!.shape, starts, steps), steps })];
  },
  placement: (_inputs, _output, attributes) => ({
    fill: 0,
    regions: [{ offsets: sliceNumbers(attributes, "starts"), steps: sliceNumbers(attributes, "steps") }],
  }),
};

/** Exclusive ends such that a slice has `shape`. */
export function endsFor(shape: Shape, starts: readonly number[], steps: readonly number[]): number[] {
  return shape.map((size, axis) => (size === 0 ? starts[axis]! : starts[axis]! + (size - 1) * steps[axis]! + 1));
}

/**
 * `x[..., start:end:step, ...]` along `dim`, with Python's rules: negative positions count from the end, positions
 * outside are cut to the input, and without `end` it goes on to the last element. `step` is at least 1.
 * @example
 * import { dataNode } from "../../core/node.ts";
 * slice(dataNode(new Float32Array(10), [10]), 0, 1, -1, 2).shape; // [4]
 */
export function slice(x: Node, dim: number, start = 0, end: number | null = null, step = 1): Node {
  const axis = normalizeDim("slice", dim, x.shape.length);
  const size = x.shape[axis] ?? 0;
  if (x.shape.length === 0) throw new ShapeError("slice", "needs at least one dimension", { input: x.shape });
  const clip = (at: number) => Math.min(Math.max(at < 0 ? at + size : at, 0), size);
  const first = clip(start);
  const last = Math.max(first, end === null ? size : clip(end));
  return record(sliceOp, [x], {
    starts: x.shape.map((_, at) => (at === axis ? first : 0)),
    ends: x.shape.map((whole, at) => (at === axis ? last : whole)),
    steps: x.shape.map((_, at) => (at === axis ? step : 1)),
  });
}

/** The `length` elements from `start` along `dim`. @throws ShapeError when they are not all inside. */
export function narrow(x: Node, dim: number, start: number, length: number): Node {
  const axis = normalizeDim("narrow", dim, x.shape.length);
  const size = x.shape[axis] ?? 0;
  const first = start < 0 ? start + size : start;
  if (!(first >= 0 && length >= 0 && first + length <= size)) {
    throw new ShapeError("narrow", `needs start and length inside the ${size} elements of dimension ${axis}`, {
      start,
      length,
    });
  }
  return slice(x, axis, first, first + length);
}
