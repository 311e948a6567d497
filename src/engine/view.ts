import { type Border, type Layout, type LayoutWish, noBorder } from "../core/kernel.ts";
import { contiguousStrides, type DType, numel, type Shape } from "../core/shape.ts";

/** Where a buffer lives. Cells and data are bound when the plan runs; the arena is shared by all values of the plan. */
export type Home =
  | { readonly kind: "arena" }
  | { readonly kind: "data"; readonly slot: number }
  | { readonly kind: "cell"; readonly slot: number }
  | { readonly kind: "table"; readonly data: Float32Array | Int32Array };

/** Memory that steps read and write. */
export interface Buffer {
  readonly id: number;
  /** Elements of 4 bytes. */
  readonly size: number;
  readonly home: Home;
  /** The zero border that surrounds each plane, where the layout is channels-last. */
  readonly border: Border | null;
}

/** A tensor as it lies in a buffer. */
export interface View {
  readonly buffer: Buffer;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly strides: readonly number[];
  readonly offset: number;
}

export function contiguousLayout(shape: Shape): Layout {
  return { strides: contiguousStrides(shape), offset: 0, size: numel(shape) };
}

/** N, H, W, C with a border: the strides are still those of N, C, H, W. */
export function channelsLastLayout(shape: Shape, border: Border): Layout {
  const [batch, channels, height, width] = shape as [number, number, number, number];
  const rows = height + border.top + border.bottom;
  const columns = width + border.left + border.right;
  return {
    strides: [rows * columns * channels, 1, columns * channels, channels],
    offset: (border.top * columns + border.left) * channels,
    size: batch * rows * columns * channels,
  };
}

export function layoutOf(view: View): Layout {
  return { strides: view.strides, offset: view.offset, size: view.buffer.size };
}

export function sameStrides(shape: Shape, a: readonly number[], b: readonly number[]): boolean {
  return shape.every((size, axis) => size === 1 || a[axis] === b[axis]);
}

/** Whether a kernel that has this wish can read the view as it is. */
export function satisfies(view: View, wish: LayoutWish): boolean {
  if (wish.order === "any") return true;
  if (wish.order === "contiguous") return sameStrides(view.shape, view.strides, contiguousStrides(view.shape));
  const own = view.buffer.border ?? noBorder;
  const { border } = wish;
  const [, channels, height, width] = view.shape as [number, number, number, number];
  const columns = width + own.left + own.right;
  const rows = height + own.top + own.bottom;
  const strides = [rows * columns * channels, 1, columns * channels, channels];
  const whole = view.offset === (own.top * columns + own.left) * channels || isZero(border);
  return (
    own.top >= border.top &&
    own.left >= border.left &&
    own.bottom >= border.bottom &&
    own.right >= border.right &&
    whole &&
    sameStrides(view.shape, view.strides, strides)
  );
}

export function isZero(border: Border): boolean {
  return border.top + border.left + border.bottom + border.right === 0;
}

/** The border that serves both. */
export function largest(a: Border, b: Border): Border {
  return {
    top: Math.max(a.top, b.top),
    left: Math.max(a.left, b.left),
    bottom: Math.max(a.bottom, b.bottom),
    right: Math.max(a.right, b.right),
  };
}

/** Strides of a view along the axes of a broadcast shape: 0 where it is repeated. */
export function broadcastView(view: View, shape: Shape): View {
  if (view.shape.length === shape.length && view.shape.every((size, axis) => size === shape[axis])) return view;
  const skipped = shape.length - view.shape.length;
  const strides = shape.map((size, axis) => {
    const own = axis - skipped;
    return own < 0 || (view.shape[own] === 1 && size !== 1) ? 0 : view.strides[own]!;
  });
  return { ...view, shape, strides };
}

/** The coarsest shape that both split into, or null where their factors do not line up: [6, 4] and [3, 8] give [3, 2, 4]. */
export function refinement(a: Shape, b: Shape): Shape | null {
  const boundaries = new Set<number>([1]);
  for (const shape of [a, b]) {
    let product = 1;
    for (let axis = shape.length - 1; axis >= 0; axis--) boundaries.add((product *= shape[axis]!));
  }
  const sorted = [...boundaries].sort((x, y) => x - y);
  const result: number[] = [];
  for (let index = 1; index < sorted.length; index++) {
    const ratio = sorted[index]! / sorted[index - 1]!;
    if (!Number.isInteger(ratio)) return null;
    result.unshift(ratio);
  }
  return result;
}

/** A row-major pattern for allocate to follow: no memory. */
export function pattern(shape: Shape): View {
  return {
    buffer: { id: -1, size: 0, home: { kind: "arena" }, border: null },
    shape,
    dtype: "float32",
    ...contiguousLayout(shape),
  };
}
