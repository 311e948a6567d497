import { ArgumentError } from "../core/errors.ts";
import { checkPlane, type Plane } from "./plane.ts";

export type ResizeMethod = "bicubic" | "bilinear" | "nearest";

export interface ResizeOptions {
  /** The kernel: Keys' cubic with a = -0.5 (default), the triangle, or the box. */
  method?: ResizeMethod;
  /** Stretch the kernel when shrinking. Default true, but false for "nearest". */
  antialias?: boolean;
  /** What lies outside: the mirrored picture (MATLAB since R2019b, default) or its edge pixels (older releases). */
  borders?: "mirror" | "clamp";
}

/**
 * MATLAB's imresize on one channel, in float64. A number is a scale and gives ceil(scale · side) pixels; a size gives
 * exactly that size. The axis with the smaller scale is resized first. Values are neither rounded nor clipped.
 *
 * @example
 * import { imresize } from "convsmith/data";
 * const ramp = { width: 4, height: 4, data: Float64Array.from({ length: 16 }, (_, index) => index) };
 * const half = imresize(ramp, 0.5);
 * console.log(half.width, half.height); // 2 2
 *
 * @throws ArgumentError for a scale or size that is not positive; ShapeError for a plane of the wrong length.
 */
export function imresize(
  plane: Plane,
  size: number | { width: number; height: number },
  options: ResizeOptions = {},
): Plane<Float64Array> {
  checkPlane("imresize", plane);
  const scaled = typeof size === "number";
  const width = scaled ? Math.ceil(size * plane.width) : size.width;
  const height = scaled ? Math.ceil(size * plane.height) : size.height;
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    const got = scaled ? String(size) : `${size.width}x${size.height}`;
    throw new ArgumentError(`imresize: needs a positive scale or whole sides of at least 1 pixel, got ${got}`);
  }
  const scaleX = scaled ? size : width / plane.width;
  const scaleY = scaled ? size : height / plane.height;
  const source = { width: plane.width, height: plane.height, data: new Float64Array(plane.data) };
  const rows = wholeAxis(plane.height, height, scaleY);
  if (scaleY <= scaleX) return resizeRows(resizeColumns(source, rows, options), width, scaleX, options);
  return resizeColumns(resizeRows(source, width, scaleX, options), rows, options);
}

/** Rows of a picture of one channel: `rows` holds those from `top` on, of `height` that the whole picture has. */
export interface PictureRows {
  readonly rows: Plane;
  readonly top: number;
  readonly height: number;
}

/**
 * Rows `from` to `to` (exclusive) of what imresize gives for the whole picture at this scale, bit for bit, from the rows
 * that they depend on: a large picture is resized piece by piece.
 *
 * @example
 * import { imresizeRows } from "convsmith/data";
 * const rows = { width: 1, height: 4, data: Float64Array.of(0, 1, 2, 3) };
 * console.log(imresizeRows({ rows, top: 0, height: 100 }, 2, 2, 4).data); // 0.75, 1.25
 *
 * @throws ArgumentError when `rows` lacks a row that is needed.
 */
export function imresizeRows(
  { rows, top, height }: PictureRows,
  scale: number,
  from: number,
  to: number,
  options: ResizeOptions = {},
): Plane<Float64Array> {
  checkPlane("imresizeRows", rows);
  const source = { width: rows.width, height: rows.height, data: new Float64Array(rows.data) };
  const columns = resizeColumns(source, { length: height, scale, from, to, top }, options);
  return resizeRows(columns, Math.ceil(scale * rows.width), scale, options);
}

/** One axis of the whole picture, which of its output positions are wanted, and the first input position that is there. */
interface Axis {
  readonly length: number;
  readonly scale: number;
  readonly from: number;
  readonly to: number;
  readonly top: number;
}

const wholeAxis = (length: number, outLength: number, scale: number): Axis => ({
  length,
  scale,
  from: 0,
  to: outLength,
  top: 0,
});

/** Along y: whole rows are added up, so that memory is read in order. */
function resizeColumns(plane: Plane<Float64Array>, axis: Axis, options: ResizeOptions) {
  const { width } = plane;
  const { taps, indices, weights } = contributions(axis, options);
  const height = axis.to - axis.from;
  const data = new Float64Array(width * height);
  for (let y = 0; y < height; y++) {
    const start = y * width;
    for (let tap = y * taps; tap < (y + 1) * taps; tap++) {
      const weight = weights[tap]!;
      if (weight === 0) continue;
      const row = indices[tap]! - axis.top;
      if (row < 0 || row >= plane.height) {
        throw new ArgumentError(
          `imresizeRows: needs row ${row + axis.top}, got ${axis.top} to ${axis.top + plane.height - 1}`,
        );
      }
      const from = row * width;
      for (let x = 0; x < width; x++) data[start + x]! += weight * plane.data[from + x]!;
    }
  }
  return { width, height, data };
}

function resizeRows(plane: Plane<Float64Array>, width: number, scale: number, options: ResizeOptions) {
  const { height } = plane;
  const { taps, indices, weights } = contributions(wholeAxis(plane.width, width, scale), options);
  const data = new Float64Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = y * plane.width;
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let tap = x * taps; tap < (x + 1) * taps; tap++) sum += weights[tap]! * plane.data[row + indices[tap]!]!;
      data[y * width + x] = sum;
    }
  }
  return { width, height, data };
}

/** The `taps` input positions, and their weights, of each wanted output position of one axis. */
function contributions({ length, scale, from, to }: Axis, options: ResizeOptions) {
  const { method = "bicubic", borders = "mirror" } = options;
  const { antialias = method !== "nearest" } = options;
  const stretch = antialias && scale < 1 ? scale : 1;
  const { kernel, support } = kernelOf(method);
  const kernelWidth = support / stretch;
  const taps = Math.ceil(kernelWidth) + 2;
  const indices = new Int32Array((to - from) * taps);
  const weights = new Float64Array((to - from) * taps);
  for (let out = from; out < to; out++) {
    const at = (out - from) * taps;
    // MATLAB counts pixels from 1; the sums are kept in its order so that the rounding agrees.
    const centre = (out + 1) / scale + 0.5 * (1 - 1 / scale);
    const left = Math.floor(centre - kernelWidth / 2);
    let total = 0;
    for (let tap = 0; tap < taps; tap++) {
      const weight = stretch * kernel(stretch * (centre - left - tap));
      weights[at + tap] = weight;
      indices[at + tap] = inside(left + tap - 1, length, borders);
      total += weight;
    }
    for (let tap = at; tap < at + taps; tap++) weights[tap]! /= total;
  }
  return { taps, indices, weights };
}

function inside(index: number, length: number, borders: "mirror" | "clamp"): number {
  if (borders === "clamp") return Math.min(Math.max(index, 0), length - 1);
  const period = 2 * length;
  const position = ((index % period) + period) % period;
  return position < length ? position : period - 1 - position;
}

function kernelOf(method: ResizeMethod): { kernel: (x: number) => number; support: number } {
  if (method === "bicubic") return { kernel: cubic, support: 4 };
  if (method === "bilinear") return { kernel: (x) => Math.max(0, 1 - Math.abs(x)), support: 2 };
  if (method === "nearest") return { kernel: (x) => (x >= -0.5 && x < 0.5 ? 1 : 0), support: 1 };
  throw new ArgumentError(`imresize: the method must be bicubic, bilinear or nearest, got ${method}`);
}

/** Keys, "Cubic convolution interpolation for digital image processing", 1981, with a = -0.5. */
function cubic(x: number): number {
  const d = Math.abs(x);
  if (d <= 1) return (1.5 * d - 2.5) * d * d + 1;
  return d <= 2 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : 0;
}
