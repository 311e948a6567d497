import { ArgumentError, ShapeError } from "../core/errors.ts";

/** Numbers of one channel: what a plane can be read from. */
export type PlaneData = Float64Array | Float32Array | Uint8Array | Uint8ClampedArray | Uint16Array;

/** One channel of a picture, row by row: the value at (x, y) is `data[y * width + x]`. */
export interface Plane<Data extends PlaneData = PlaneData> {
  readonly width: number;
  readonly height: number;
  readonly data: Data;
}

/** @throws ShapeError when the sides are not positive integers or do not match the number of values. */
export function checkPlane(subject: string, plane: Plane): void {
  const { width, height, data } = plane;
  if (
    !Number.isInteger(width) ||
    !Number.isInteger(height) ||
    width < 1 ||
    height < 1 ||
    data.length !== width * height
  ) {
    throw new ShapeError(subject, "needs width · height values", { width, height, values: data.length });
  }
}

/**
 * The rectangle of `width` x `height` pixels whose upper left corner is (left, top), copied.
 *
 * @example
 * import { crop } from "convsmith/data";
 * const plane = { width: 3, height: 2, data: Float64Array.of(1, 2, 3, 4, 5, 6) };
 * console.log(crop(plane, 1, 0, 2, 2).data); // 2, 3, 5, 6
 *
 * @throws ShapeError when the rectangle leaves the plane.
 */
export function crop<Data extends PlaneData>(
  plane: Plane<Data>,
  left: number,
  top: number,
  width: number,
  height: number,
): Plane<Data> {
  checkPlane("crop", plane);
  const inside = left >= 0 && top >= 0 && left + width <= plane.width && top + height <= plane.height;
  if (!inside || ![left, top, width, height].every(Number.isInteger) || width < 1 || height < 1) {
    const plan = `${plane.width}x${plane.height}`;
    throw new ShapeError("crop", `needs a rectangle inside ${plan}`, { left, top, width, height });
  }
  const data = new (plane.data.constructor as new (length: number) => Data)(width * height);
  for (let y = 0; y < height; y++) {
    const start = (top + y) * plane.width + left;
    data.set(plane.data.subarray(start, start + width), y * width);
  }
  return { width, height, data };
}

/** Cuts off the right and bottom edge, so that both sides are multiples of `factor`. @throws ShapeError if nothing is left. */
export function cropToMultiple<Data extends PlaneData>(plane: Plane<Data>, factor: number): Plane<Data> {
  checkFactor("cropToMultiple", factor);
  const width = plane.width - (plane.width % factor);
  const height = plane.height - (plane.height % factor);
  if (width === 0 || height === 0) {
    throw new ShapeError("cropToMultiple", `needs at least ${factor}x${factor} pixels`, {
      size: `${plane.width}x${plane.height}`,
    });
  }
  return width === plane.width && height === plane.height ? plane : crop(plane, 0, 0, width, height);
}

/** Cuts `border` pixels off every side. @throws ShapeError if nothing is left. */
export function shave<Data extends PlaneData>(plane: Plane<Data>, border: number): Plane<Data> {
  if (border === 0) return plane;
  return crop(plane, border, border, plane.width - 2 * border, plane.height - 2 * border);
}

/** @throws ArgumentError unless `factor` is a positive integer. */
export function checkFactor(subject: string, factor: number): void {
  if (!Number.isInteger(factor) || factor < 1) {
    throw new ArgumentError(`${subject}: the scale must be a positive integer, got ${factor}`);
  }
}
