import type { Cost } from "../core/op.ts";
import type { Shape } from "../core/shape.ts";
import type { Windows } from "./pooling.ts";

/** How windows lie along one axis: tap k of window i is at i · stride + k · dilation - padding of the input. */
export interface TapGeometry {
  readonly windows: number;
  readonly taps: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: number;
}

/** Along one axis: pairs of a window and a tap that lie inside of an input of `size`, and windows that have such a tap. */
export function tapsInside(geometry: TapGeometry, size: number): { readonly pairs: number; readonly windows: number } {
  const { stride, dilation, padding, taps } = geometry;
  // Windows that begin from `from` to `to` in the input.
  const beginning = (from: number, to: number) => {
    const first = Math.max(0, Math.ceil((from + padding) / stride));
    const last = Math.min(geometry.windows - 1, Math.floor((to + padding) / stride));
    return Math.max(0, last - first + 1);
  };
  let pairs = 0;
  // The windows may be as many as a side has pixels, or the taps: whatever is less is gone through.
  if (taps < geometry.windows) {
    for (let tap = 0; tap < taps; tap++) pairs += beginning(-tap * dilation, size - 1 - tap * dilation);
  } else {
    for (let window = 0; window < geometry.windows; window++) {
      const start = window * stride - padding;
      const first = Math.max(0, Math.ceil(-start / dilation));
      const last = Math.min(taps - 1, Math.floor((size - 1 - start) / dilation));
      pairs += Math.max(0, last - first + 1);
    }
  }
  // Taps that are a whole input apart are never inside together.
  const windows = dilation >= size ? pairs : beginning(-(taps - 1) * dilation, size - 1);
  return { pairs, windows };
}

type Arithmetic = Pick<Cost, "multiplications" | "additions">;

/** The part of a nominal cost that is not needed. Left out where all of it is. */
export function paddedPart(nominal: Arithmetic, needed: Arithmetic): Pick<Cost, "padded"> {
  const multiplications = nominal.multiplications - needed.multiplications;
  const additions = nominal.additions - needed.additions;
  return multiplications === 0 && additions === 0 ? {} : { padded: { multiplications, additions } };
}

type Taps = ReturnType<typeof tapsInside>;

/** The taps of the windows of a pool that lie inside of its input, for height and width. */
export function poolTaps(windows: readonly [Windows, Windows], input: Shape, output: Shape): [Taps, Taps] {
  const along = (axis: 0 | 1) => {
    const { kernel, ...geometry } = windows[axis];
    return tapsInside({ ...geometry, taps: kernel, windows: output.at(axis - 2)! }, input.at(axis - 2)!);
  };
  return [along(0), along(1)];
}
