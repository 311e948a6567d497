import { ShapeError } from "../core/errors.ts";
import type { Plane } from "./plane.ts";

/** A picture as it is stored: pixels row by row, channels interleaved (grey, grey + alpha, RGB, RGB + alpha). */
export interface RasterImage {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
  /** 8: codes 0..255 in a Uint8Array. 16: codes 0..65535 in a Uint16Array. */
  readonly bits: 8 | 16;
  readonly data: Uint8Array | Uint16Array;
}

/** @throws ShapeError when sides, channels, depth and the number of values do not belong together. */
export function checkRaster(subject: string, image: RasterImage): void {
  const { width, height, channels, bits, data } = image;
  const sides = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0;
  const bytes = data instanceof Uint8Array ? 8 : 16;
  if (!sides || ![1, 2, 3, 4].includes(channels) || bits !== bytes || data.length !== width * height * channels) {
    const rule = "needs width · height · channels values, in a Uint8Array for 8 bits or a Uint16Array for 16";
    throw new ShapeError(subject, rule, { width, height, channels, bits, values: data.length });
  }
}

export const hasAlpha = (image: Pick<RasterImage, "channels">): boolean => image.channels === 2 || image.channels === 4;

/** The largest code: 255 or 65535. */
export const maxCode = (bits: 8 | 16): number => (bits === 8 ? 255 : 65535);

/** Rows `from` to `to` (exclusive) of a picture: a view of its codes, not a copy. */
export function rasterRows(image: RasterImage, from: number, to: number): RasterImage {
  const row = image.width * image.channels;
  return { ...image, height: to - from, data: image.data.subarray(from * row, to * row) };
}

/** Channel `channel` in [0, 1]. */
export function channelPlane(image: RasterImage, channel: number): Plane<Float64Array> {
  const { width, height, channels, data } = image;
  const scale = maxCode(image.bits);
  const plane = new Float64Array(width * height);
  for (let index = 0; index < plane.length; index++) plane[index] = data[index * channels + channel]! / scale;
  return { width, height, data: plane };
}

/**
 * Planes in [0, 1] to a stored picture: clipped, then rounded to the nearest code.
 *
 * @example
 * import { fromPlanes } from "convsmith/data";
 * const grey = { width: 2, height: 1, data: Float64Array.of(0.5, 1.2) };
 * console.log(fromPlanes([grey], 8).data); // 128, 255
 *
 * @throws ShapeError when the planes differ in size, are not 1 to 4, or hold a NaN.
 */
export function fromPlanes(planes: readonly Plane[], bits: 8 | 16): RasterImage {
  const channels = planes.length as RasterImage["channels"];
  const { width, height } = planes[0] ?? { width: 0, height: 0 };
  if (channels < 1 || channels > 4 || planes.some((plane) => plane.width !== width || plane.height !== height)) {
    const sizes = planes.map((plane) => `${plane.width}x${plane.height}`);
    throw new ShapeError("fromPlanes", "needs 1 to 4 planes of one size", { planes: sizes });
  }
  const scale = maxCode(bits);
  const data = bits === 8 ? new Uint8Array(width * height * channels) : new Uint16Array(width * height * channels);
  planes.forEach((plane, channel) => {
    for (let index = 0; index < width * height; index++) {
      const value = plane.data[index]!;
      // A NaN would be stored as black without a word.
      if (Number.isNaN(value)) {
        const at = `(${index % width}, ${Math.floor(index / width)})`;
        throw new ShapeError(
          "fromPlanes",
          "needs numbers",
          { value, channel, at },
          "The network's output is not finite",
        );
      }
      data[index * channels + channel] = Math.round(Math.min(Math.max(value, 0), 1) * scale);
    }
  });
  return { width, height, channels, bits, data };
}

/**
 * A picture of `channels` 8-bit channels: transparency is laid on white, colour becomes luma
 * (0.299 R + 0.587 G + 0.114 B), grey is repeated.
 */
export function convertChannels(image: RasterImage, channels: 1 | 3): RasterImage & { data: Uint8Array } {
  checkRaster("convertChannels", image);
  const { width, height, data } = image;
  const scale = maxCode(image.bits);
  const colours = image.channels >= 3 ? 3 : 1;
  const out = new Uint8Array(width * height * channels);
  const pixel = [0, 0, 0];
  for (let index = 0; index < width * height; index++) {
    const start = index * image.channels;
    const alpha = hasAlpha(image) ? data[start + colours]! / scale : 1;
    for (let c = 0; c < 3; c++) pixel[c] = 255 * ((data[start + (colours === 3 ? c : 0)]! / scale) * alpha + 1 - alpha);
    if (channels === 1 && colours === 3)
      out[index] = Math.round(0.299 * pixel[0]! + 0.587 * pixel[1]! + 0.114 * pixel[2]!);
    else for (let c = 0; c < channels; c++) out[index * channels + c] = Math.round(pixel[c]!);
  }
  return { width, height, channels, bits: 8, data: out };
}
