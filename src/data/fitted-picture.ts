import { ArgumentError } from "../core/errors.ts";
import { convertChannels, type RasterImage } from "./raster.ts";
import { resizeCodes } from "./resize-codes.ts";

type Sides = readonly [height: number, width: number];

/** How a picture is brought to the size that a network takes. */
export interface PictureSize {
  /** A number: the shorter side, the longer one in proportion. Two: both sides. Left out: as it is. */
  readonly resize?: number | Sides;
  /** Then the middle is cut out. Left out: nothing is cut. */
  readonly crop?: Sides;
}

/** 8-bit codes as [channels, height, width]. */
export interface FittedPicture {
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
  readonly codes: Uint8Array;
}

/**
 * A picture as torchvision's Resize and CenterCrop give it, code for code: Pillow's antialiased bilinear filter, the longer
 * side rounded down. Colour becomes luma for one channel; transparency is laid on white.
 * @throws ArgumentError for sides that are not whole numbers from 1, or a crop that is larger than the resized picture.
 * @example
 * import { fitPicture, readImage } from "convsmith/data";
 * const { height, width, codes } = fitPicture(await readImage("photos/chelsea.png"), 3, { resize: 256, crop: [224, 224] });
 * console.log(height, width, codes.length); // 224 224 150528
 */
export function fitPicture(image: RasterImage, channels: 1 | 3, { resize, crop }: PictureSize = {}): FittedPicture {
  for (const side of [resize ?? [], crop ?? []].flat()) {
    if (!(Number.isSafeInteger(side) && side >= 1)) {
      throw new ArgumentError(`fitPicture: sides must be whole numbers from 1, got ${side}`);
    }
  }
  const [tall, wide] = resizedSides(image, resize);
  const [height, width] = crop ?? [tall, wide];
  if (height > tall || width > wide) {
    throw new ArgumentError(
      `fitPicture: can't cut ${height}x${width} out of a picture of ${tall}x${wide}. Resize to a larger side, or cut less.`,
    );
  }
  const [top, left] = [halfToEven(tall - height), halfToEven(wide - width)];
  const { data } = convertChannels(image, channels);
  const codes = new Uint8Array(channels * height * width);
  const whole = { start: 0, pitch: image.width, width: image.width, height: image.height };
  for (let channel = 0; channel < channels; channel++) {
    const plane = channels === 1 ? data : data.filter((_, at) => at % channels === channel);
    const resized = resizeCodes(plane, whole, wide, tall);
    const cut = { start: top * wide + left, pitch: wide, width, height };
    codes.set(resizeCodes(resized, cut, width, height), channel * height * width);
  }
  return { channels, height, width, codes };
}

function resizedSides({ height, width }: RasterImage, resize: PictureSize["resize"]): Sides {
  if (resize === undefined) return [height, width];
  if (typeof resize !== "number") return resize;
  const long = Math.floor((resize * Math.max(height, width)) / Math.min(height, width));
  return height <= width ? [resize, long] : [long, resize];
}

/** Half of a difference, as Python rounds it. */
export function halfToEven(difference: number): number {
  const half = Math.floor(difference / 2);
  return difference % 2 === 1 && half % 2 === 1 ? half + 1 : half;
}
