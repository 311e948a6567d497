import { ShapeError } from "../../core/errors.ts";
import { type Node, record } from "../../core/node.ts";
import type { PlacementOp } from "../../core/op.ts";
import { endsFor, sliceOp } from "./slice.ts";

/** `before` and `after`: elements put in front of and behind each dimension, none negative. */
export const constantPadOp: PlacementOp = {
  kind: "placement",
  name: "constantPad",
  shape([input], attributes) {
    const before = attributes.before as readonly number[];
    const after = attributes.after as readonly number[];
    return input!.shape.map((size, axis) => before[axis]! + size + after[axis]!);
  },
  gradient(node, gradOutput) {
    const starts = node.attributes.before as readonly number[];
    const { shape } = node.inputs[0]!;
    const steps = shape.map(() => 1);
    return [record(sliceOp, [gradOutput], { starts, ends: endsFor(shape, starts, steps), steps })];
  },
  placement: (_inputs, output, attributes) => ({
    fill: attributes.value as number,
    regions: [{ offsets: attributes.before as readonly number[], steps: output.shape.map(() => 1) }],
  }),
};

/** Cuts where a size is negative, and fills with `value` where it is positive. */
export function constantPad(x: Node, before: readonly number[], after: readonly number[], value: number): Node {
  const { shape } = x;
  const starts = before.map((size) => Math.max(0, -size));
  const ends = shape.map((size, axis) => size - Math.max(0, -after[axis]!));
  if (shape.some((_, axis) => starts[axis]! > ends[axis]!)) {
    throw new ShapeError("pad", "needs negative sizes that leave something of each dimension", {
      before,
      after,
      shape,
    });
  }
  const cuts = [...before, ...after].some((size) => size < 0);
  const cut = cuts ? record(sliceOp, [x], { starts, ends, steps: shape.map(() => 1) }) : x;
  const front = before.map((size) => Math.max(0, size));
  const back = after.map((size) => Math.max(0, size));
  if (cuts && front.every((size) => size === 0) && back.every((size) => size === 0)) return cut;
  return record(constantPadOp, [cut], { before: front, after: back, value });
}
