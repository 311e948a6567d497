import { ArgumentError, ShapeError } from "../core/errors.ts";
import type { Shape } from "../core/shape.ts";

export type Pair = readonly [height: number, width: number];

/** A number for both axes, or one for each. @throws ArgumentError unless they are whole and at least `least`. */
export function pairOf(subject: string, name: string, value: number | readonly number[], least: number): Pair {
  const pair = typeof value === "number" ? [value, value] : value;
  if (pair.length !== 2 || !pair.every((each) => Number.isInteger(each) && each >= least)) {
    throw new ArgumentError(
      `${subject}: needs ${name} to be whole and at least ${least}, or two such, got [${pair.join(", ")}]`,
    );
  }
  return [pair[0]!, pair[1]!];
}

/** How windows lie along one axis. */
export interface Windows {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
  readonly ceilMode: boolean;
}

/** PyTorch's number of windows: with ceilMode one more may hang over the end, if it begins inside the input or its left padding. */
export function windowCount(size: number, { kernel, stride, padding, dilation, ceilMode }: Windows): number {
  const room = size + 2 * padding - dilation * (kernel - 1) - 1;
  const count = (ceilMode ? Math.ceil(room / stride) : Math.floor(room / stride)) + 1;
  return ceilMode && (count - 1) * stride >= size + padding ? count - 1 : count;
}

/** [..., H, W] → [..., H', W']. @throws ShapeError where no window fits or the padding is over half the kernel. */
export function pooledShape(subject: string, shape: Shape, windows: readonly [Windows, Windows]): Shape {
  if (shape.length !== 3 && shape.length !== 4) {
    throw new ShapeError(subject, "needs [N, C, H, W] or [C, H, W]", { input: shape });
  }
  for (const { kernel, padding } of windows) {
    if (padding > kernel / 2) {
      throw new ShapeError(subject, "needs padding of at most half the kernel", { padding, kernel });
    }
  }
  const counts = windows.map((each, axis) => windowCount(shape.at(axis - 2)!, each));
  if (counts.some((count) => count < 1)) {
    throw new ShapeError(subject, "needs an input that at least one window fits into", {
      input: shape,
      kernel: windows.map(({ kernel }) => kernel),
    });
  }
  return [...shape.slice(0, -2), ...counts];
}
