import { type Network, type Recording, recordNetwork } from "../../../analysis/recording.ts";
import { ConvsmithError } from "../../../core/errors.ts";
import { type Shape, sameShape } from "../../../core/shape.ts";
import { FixedSize, type Recordings, recordAll } from "./recordings.ts";

/** A size of the input that stays as it is, and why. */
export interface FixedDimension {
  readonly axis: number;
  readonly name: string;
  readonly reason: string;
}

/** What ONNX files call the dimensions of an input. */
export function dimensionNames(rank: number): string[] {
  if (rank === 4) return ["batch", "channels", "height", "width"];
  if (rank === 3) return ["batch", "channels", "length"];
  return Array.from({ length: rank }, (_, axis) => (axis === 0 ? "batch" : `size${axis}`));
}

/**
 * Sizes to record, the export's own first: many networks halve a picture several times. Those of different axes never
 * grow alike. What repeats something for each sample is not recorded for a single one: then batches of several stand for it.
 */
const steps = (size: number, axis: number): (readonly number[])[] =>
  axis === 0
    ? [[size, size + 1, size + 2], ...(size === 1 ? [[2, 3, 4]] : [])]
    : [
        [size, size + 64 * axis, size + 64 * axis + 128],
        [size, size * (axis + 1), size * (axis + 3)],
      ];

/** By an odd number: a network may do other things for odd sizes, or refuse them. */
const odd = (size: number, axis: number) => size + 2 * axis - 3;

/** An axis with its size in each record. */
interface Tried {
  readonly axis: number;
  readonly sizes: readonly number[];
}

/**
 * Records the network for the sizes of its input that can be left open: the batch, and those from axis 2 on. `write` is
 * tried on each.
 */
export function recordFree<T>(
  network: Network,
  shape: Shape,
  write: (recordings: Recordings) => T,
): { readonly written: T; readonly free: readonly number[]; readonly fixed: readonly FixedDimension[] } {
  const names = dimensionNames(shape.length);
  const open: Tried[] = [];
  const fixed: FixedDimension[] = [];
  const attempt = (tried: readonly Tried[]): T => {
    const shapes = (tried[0]?.sizes ?? [0]).map((_, which) =>
      shape.map((size, axis) => tried.find((each) => each.axis === axis)?.sizes[which] ?? size),
    );
    const recordings = recordAll(network, shapes);
    if (!sameShape(shapes[0]!, shape)) checkAlike(recordNetwork(network, shape), recordings);
    return write(recordings);
  };
  const attemptOdd = (axis: number) => {
    try {
      attempt([{ axis, sizes: [shape[axis]!, odd(shape[axis]!, axis)] }]);
    } catch (error) {
      if (!(error instanceof ConvsmithError)) throw error;
    }
  };
  for (const axis of shape.length < 2 ? [] : shape.keys()) {
    if (axis === 1) continue;
    let reason = "";
    const found = steps(shape[axis]!, axis).find((sizes) => {
      try {
        attempt([{ axis, sizes }]);
        if (axis > 0) attemptOdd(axis);
        return true;
      } catch (error) {
        reason ||= reasonOf(error);
        return false;
      }
    });
    if (found) open.push({ axis, sizes: found });
    else fixed.push({ axis, name: names[axis]!, reason });
  }
  // Sizes that are free one at a time need not be so together.
  for (;;) {
    try {
      return { written: attempt(open), free: open.map(({ axis }) => axis), fixed };
    } catch (error) {
      const last = open.pop();
      if (!last) throw error;
      fixed.push({ axis: last.axis, name: names[last.axis]!, reason: reasonOf(error) });
    }
  }
}

/** What is written for other sizes gives, for this one, outputs of the shape that the network gives. @throws FixedSize */
function checkAlike({ outputs }: Recording, { recordings }: Recordings): void {
  const alike = outputs.every(({ shape }, at) => {
    const shapes = recordings.map((each) => each.outputs[at]!.shape);
    const steady = (axis: number) => shapes.every((each) => each[axis] === shapes[0]![axis]);
    return (
      shape.length === shapes[0]!.length && shape.every((size, axis) => !steady(axis) || size === shapes[0]![axis])
    );
  });
  if (!alike) throw new FixedSize("the network does other things for other sizes");
}

/** The rule that is broken, without the advice for other sizes. @throws what is no answer to another size. */
function reasonOf(error: unknown): string {
  if (error instanceof FixedSize || error instanceof ConvsmithError) return error.message.replace(/, got .*$/, "");
  throw error;
}
