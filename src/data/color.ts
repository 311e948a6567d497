import { ShapeError } from "../core/errors.ts";
import type { Plane } from "./plane.ts";
import { channelPlane, checkRaster, fromPlanes, hasAlpha, maxCode, type RasterImage } from "./raster.ts";

/**
 * The planes of a picture in [0, 1]. Colour: Y in [16/255, 235/255], Cb and Cr in [16/255, 240/255] (BT.601, as MATLAB's
 * rgb2ycbcr on doubles). A grey picture's Y is its grey value, unchanged, and it has no chroma.
 */
export interface YcbcrPlanes {
  readonly y: Plane<Float64Array>;
  readonly chroma: { readonly cb: Plane<Float64Array>; readonly cr: Plane<Float64Array> } | null;
  readonly alpha: Plane<Float64Array> | null;
}

// ITU-R BT.601 for 8-bit studio range; R, G, B in [0, 1] give codes.
const forward = [
  [65.481, 128.553, 24.966],
  [-37.797, -74.203, 112],
  [112, -93.786, -18.214],
] as const;
const offset = [16, 128, 128] as const;
// Inverted here rather than typed in, so that the round trip is exact to float64.
const backward = invert(forward);

/**
 * The 8-bit luma of the super-resolution literature: round(16 + (65.481 R + 128.553 G + 24.966 B) / 255). Grey pictures
 * are taken as they are, alpha is left out.
 *
 * @example
 * import { luma, type RasterImage } from "convsmith/data";
 * const image: RasterImage = { width: 2, height: 1, channels: 3, bits: 8, data: Uint8Array.of(255, 255, 255, 0, 0, 0) };
 * console.log(luma(image).data); // 235, 16
 */
export function luma(image: RasterImage): Plane<Uint8Array> {
  checkRaster("luma", image);
  const { width, height, channels, data } = image;
  const scale = maxCode(image.bits);
  const codes = new Uint8Array(width * height);
  for (let index = 0; index < codes.length; index++) {
    const start = index * channels;
    if (channels < 3) codes[index] = Math.round((data[start]! / scale) * 255);
    else {
      const [r, g, b] = forward[0];
      codes[index] = Math.round(16 + (r * data[start]! + g * data[start + 1]! + b * data[start + 2]!) / scale);
    }
  }
  return { width, height, data: codes };
}

/**
 * Splits a picture of any depth into Y, Cb, Cr and alpha, in float64.
 *
 * @example
 * import { fromYcbcr, type RasterImage, toYcbcr } from "convsmith/data";
 * const image: RasterImage = { width: 1, height: 1, channels: 3, bits: 8, data: Uint8Array.of(200, 30, 7) };
 * console.log(fromYcbcr(toYcbcr(image), 8).data); // 200, 30, 7
 */
export function toYcbcr(image: RasterImage): YcbcrPlanes {
  checkRaster("toYcbcr", image);
  const alpha = hasAlpha(image) ? channelPlane(image, image.channels - 1) : null;
  if (image.channels < 3) return { y: channelPlane(image, 0), chroma: null, alpha };
  const [y, cb, cr] = transform(
    [0, 1, 2].map((channel) => channelPlane(image, channel)),
    rgbToYcbcr,
  );
  return { y: y!, chroma: { cb: cb!, cr: cr! }, alpha };
}

/** Joins planes to a picture of `bits` per channel: clipped and rounded. @throws ShapeError when their sizes differ. */
export function fromYcbcr(planes: YcbcrPlanes, bits: 8 | 16): RasterImage {
  const { y, chroma, alpha } = planes;
  const colours = chroma ? transform([y, chroma.cb, chroma.cr], ycbcrToRgb) : [y];
  return fromPlanes(alpha ? [...colours, alpha] : colours, bits);
}

/** R, G, B in [0, 1] → Y, Cb, Cr in [0, 1], into the three places of `out`. */
export function rgbToYcbcr(r: number, g: number, b: number, out: Float64Array): void {
  for (let row = 0; row < 3; row++) {
    const [toR, toG, toB] = forward[row]!;
    out[row] = (offset[row]! + toR * r + toG * g + toB * b) / 255;
  }
}

/** Y, Cb, Cr in [0, 1] → R, G, B, which leave [0, 1] for colours that RGB does not have. */
export function ycbcrToRgb(y: number, cb: number, cr: number, out: Float64Array): void {
  const a = 255 * y - offset[0];
  const b = 255 * cb - offset[1];
  const c = 255 * cr - offset[2];
  for (let row = 0; row < 3; row++) {
    const weights = backward[row]!;
    out[row] = weights[0]! * a + weights[1]! * b + weights[2]! * c;
  }
}

type Convert = (first: number, second: number, third: number, out: Float64Array) => void;

function transform(planes: Plane<Float64Array>[], convert: Convert): Plane<Float64Array>[] {
  const [first, second, third] = planes as [Plane<Float64Array>, Plane<Float64Array>, Plane<Float64Array>];
  const { width, height } = first;
  if (planes.some((plane) => plane.width !== width || plane.height !== height)) {
    const sizes = planes.map((plane) => `${plane.width}x${plane.height}`);
    throw new ShapeError("ycbcr", "needs three planes of one size", { planes: sizes });
  }
  const results = planes.map(() => new Float64Array(width * height));
  const pixel = new Float64Array(3);
  for (let index = 0; index < width * height; index++) {
    convert(first.data[index]!, second.data[index]!, third.data[index]!, pixel);
    for (let channel = 0; channel < 3; channel++) results[channel]![index] = pixel[channel]!;
  }
  return results.map((data) => ({ width, height, data }));
}

function invert(m: readonly (readonly [number, number, number])[]): number[][] {
  const [[a, b, c], [d, e, f], [g, h, i]] = m as [
    [number, number, number],
    [number, number, number],
    [number, number, number],
  ];
  const adjugate = [
    [e * i - f * h, c * h - b * i, b * f - c * e],
    [f * g - d * i, a * i - c * g, c * d - a * f],
    [d * h - e * g, b * g - a * h, a * e - b * d],
  ];
  const determinant = a * adjugate[0]![0]! + b * adjugate[1]![0]! + c * adjugate[2]![0]!;
  return adjugate.map((row) => row.map((value) => value / determinant));
}
