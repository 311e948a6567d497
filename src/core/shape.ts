import { ShapeError } from "./errors.ts";

export type Shape = readonly number[];
export type DType = "float32" | "int32";

/** What is known about a tensor before any number is: its shape and its element type. */
export interface TensorType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Whether all are whole numbers from 0 to `most`. */
export const areSizes = (sizes: readonly number[], most: number): boolean =>
  sizes.every((each) => Number.isInteger(each) && each >= 0 && each <= most);

export function numel(shape: Shape): number {
  let count = 1;
  for (const size of shape) count *= size;
  return count;
}

/** A copy outside shared memory. Half the time of `slice` for large arrays: the constructor doesn't write zeros first. */
export function copyOf(values: Float32Array | Int32Array): Float32Array | Int32Array {
  return values instanceof Int32Array ? new Int32Array(values) : new Float32Array(values);
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a.length !== b.length) return false;
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return false;
  return true;
}

/** Row-major strides in elements. */
export function contiguousStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis]!;
  }
  return strides;
}

/** The shape that NumPy's and PyTorch's broadcasting gives. @throws ShapeError where sizes differ and neither is 1. */
export function broadcastShapes(subject: string, shapes: readonly Shape[]): Shape {
  const first = shapes[0];
  if (first && shapes.every((shape) => sameShape(shape, first))) return first;
  let rank = 0;
  for (const { length } of shapes) rank = Math.max(rank, length);
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (let axis = 0; axis < shape.length; axis++) {
      const at = rank - shape.length + axis;
      const size = shape[axis]!;
      if (size === 1 || size === result[at]) continue;
      if (result[at] !== 1) {
        throw new ShapeError(subject, "needs shapes that broadcast (equal sizes, or 1, counted from the last)", {
          shapes: shapes.map((each) => `[${each.join(", ")}]`).join(" and "),
        });
      }
      result[at] = size;
    }
  }
  return result;
}

/** A dimension counted from the front. @throws ShapeError when it is outside [-rank, rank). */
export function normalizeDim(subject: string, dim: number, rank: number): number {
  const limit = Math.max(rank, 1);
  if (!Number.isInteger(dim) || dim < -limit || dim >= limit) {
    throw new ShapeError(subject, `needs a dimension from ${-limit} to ${limit - 1}`, { dim });
  }
  return dim < 0 ? dim + limit : dim;
}

/** Sorted, counted from the front, each once. Without `dims`: all of them. */
export function normalizeDims(subject: string, dims: readonly number[] | undefined, rank: number): number[] {
  if (dims === undefined) return Array.from({ length: rank }, (_, axis) => axis);
  const normal = dims.map((dim) => normalizeDim(subject, dim, rank));
  if (new Set(normal).size !== normal.length) throw new ShapeError(subject, "needs each dimension once", { dims });
  return normal.sort((a, b) => a - b);
}
