import { ArgumentError, ConvsmithError } from "../core/errors.ts";
import {
  channelPlane,
  fromPlanes,
  fromYcbcr,
  imresizeRows,
  type Plane,
  type RasterImage,
  type ResizeMethod,
  rasterRows,
  toYcbcr,
} from "../data/index.ts";
import { type Span, superResolveRow, type TileOptions, tileGrid, type Upscaler } from "./tiles.ts";

export interface UpscaleOptions extends TileOptions {
  /** Called after each tile. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Rows of the output that are turned into codes at once: bounds the float64 planes. */
const rowsAtOnce = 64;
/** Input rows that a bicubic output row needs above and below its own. */
const reach = 2;

/**
 * Enlarges a picture of any size, depth and number of channels: the network on Y, bicubic on Cb, Cr and alpha. Or, with a
 * resampling method, each channel by itself. Works in tiles; beside input and output, memory does not grow with the
 * picture's height.
 *
 * @example
 * import { readImage } from "convsmith/data";
 * import { upscaleImage } from "convsmith/models";
 * const { width, height } = await upscaleImage(await readImage("photos/chelsea.png"), "bicubic", { scale: 2 });
 * console.log(width, height); // 902 600
 *
 * @throws ArgumentError for a scale below 1 or a broken one; ShapeError when the network does not enlarge so, or its output
 * is not finite; ConvsmithError for a result that does not fit in memory.
 */
export async function upscaleImage(
  image: RasterImage,
  method: Upscaler | ResizeMethod,
  options: UpscaleOptions,
): Promise<RasterImage> {
  const { scale, onProgress } = options;
  if (!Number.isInteger(scale) || scale < 1) {
    throw new ArgumentError(`upscale: the scale must be a whole number from 1, got ${scale}`);
  }
  const network = typeof method === "string" ? null : method;
  const { rows, columns } = tileGrid(network, image.width, image.height, options);
  const output = emptyImage(image, scale);
  const stride = output.width * output.channels;
  const tiles = network ? columns.length : 1;
  let done = 0;
  const onTile = () => onProgress?.(++done, rows.length * tiles);
  network?.eval();
  for (const row of rows) {
    // Resampling reads up to `reach` rows more than the tile itself.
    const band = bandOf(image, Math.min(row.start, row.from - reach), Math.max(row.end, row.to + reach));
    const convert =
      typeof method === "string"
        ? resampled(band, method, scale)
        : await superResolved(band, method, row, columns, scale, onTile);
    for (let from = row.from * scale; from < row.to * scale; from += rowsAtOnce) {
      const part = convert(from, Math.min(row.to * scale, from + rowsAtOnce));
      output.data.set(part.data, from * stride);
    }
    if (typeof method === "string") onTile();
    // Between rows of tiles, so that a signal or a page's other work gets its turn.
    await Promise.resolve();
  }
  return output;
}

/** Some rows of the input. */
interface Band {
  readonly image: RasterImage;
  readonly top: number;
  /** Of the whole picture. */
  readonly height: number;
}

function bandOf(image: RasterImage, from: number, to: number): Band {
  const top = Math.max(0, from);
  return { image: rasterRows(image, top, Math.min(image.height, to)), top, height: image.height };
}

/** Gives the output's rows `from` to `to`. */
type Convert = (from: number, to: number) => RasterImage;

function resampled({ image, top, height }: Band, method: ResizeMethod, scale: number): Convert {
  const planes = Array.from({ length: image.channels }, (_, channel) => channelPlane(image, channel));
  return (from, to) => {
    const resize = (rows: Plane) => imresizeRows({ rows, top, height }, scale, from, to, { method });
    return fromPlanes(planes.map(resize), image.bits);
  };
}

async function superResolved(
  { image, top, height }: Band,
  network: Upscaler,
  row: Span,
  columns: readonly Span[],
  scale: number,
  onTile: () => void,
): Promise<Convert> {
  const { y, chroma, alpha } = toYcbcr(image);
  const { width } = image;
  const rows = y.data.subarray((row.start - top) * width, (row.end - top) * width);
  const source = { width, height: row.end - row.start, data: rows };
  const luma = await superResolveRow(network, source, row, columns, scale, onTile);
  const first = row.from * scale;
  return (from, to) => {
    const resize = (rows: Plane) => imresizeRows({ rows, top, height }, scale, from, to);
    const part = luma.data.subarray((from - first) * luma.width, (to - first) * luma.width);
    const planes = {
      y: { width: luma.width, height: to - from, data: Float64Array.from(part) },
      chroma: chroma && { cb: resize(chroma.cb), cr: resize(chroma.cr) },
      alpha: alpha && resize(alpha),
    };
    return fromYcbcr(planes, image.bits);
  };
}

function emptyImage({ width, height, channels, bits }: RasterImage, scale: number): RasterImage {
  const size = { width: width * scale, height: height * scale };
  const count = size.width * size.height * channels;
  try {
    return { ...size, channels, bits, data: bits === 8 ? new Uint8Array(count) : new Uint16Array(count) };
  } catch {
    const mebibytes = Math.round((count * bits) / 8 / 2 ** 20);
    throw new ConvsmithError(
      `upscale: a picture of ${size.width}x${size.height} needs ${mebibytes} MiB, more than there is. Use a smaller scale.`,
    );
  }
}
