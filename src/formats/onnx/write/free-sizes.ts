import type { Network } from "../../../analysis/recording.ts";
import { ConvsmithError } from "../../../core/errors.ts";
import type { Shape } from "../../../core/shape.ts";
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

/** Other sizes to try: many networks halve a picture several times. Those of different axes never grow alike. */
const steps = (size: number, axis: number): (readonly number[])[] =>
  axis === 0
    ? [[size + 1, size + 2]]
    : [
        [size + 64 * axis, size + 64 * axis + 128],
        [size * (axis + 1), size * (axis + 3)],
      ];

/** By an odd number: a network may do other things for odd sizes, or refuse them. */
const odd = (size: number, axis: number) => size + 2 * axis - 3;

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
  const open: { axis: number; sizes: readonly number[] }[] = [];
  const fixed: FixedDimension[] = [];
  const attempt = (tried: readonly { axis: number; sizes: readonly number[] }[]): T => {
    const others = (tried[0]?.sizes ?? []).map((_, which) => {
      const other = [...shape];
      for (const { axis, sizes } of tried) other[axis] = sizes[which]!;
      return other;
    });
    return write(recordAll(network, [shape, ...others]));
  };
  const attemptOdd = (axis: number) => {
    try {
      attempt([{ axis, sizes: [odd(shape[axis]!, axis)] }]);
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

/** The rule that is broken, without the advice for other sizes. @throws what is no answer to another size. */
function reasonOf(error: unknown): string {
  if (error instanceof FixedSize || error instanceof ConvsmithError) return error.message.replace(/, got .*$/, "");
  throw error;
}
