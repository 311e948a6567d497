import { extname } from "node:path";
import sharp from "sharp";
import { ArgumentError, ConvsmithError, FileFormatError } from "../core/errors.ts";
import { writeFileAtomic } from "../formats/atomic-file.ts";
import { readFileBytes } from "./files.ts";
import { checkRaster, hasAlpha, type RasterImage } from "./raster.ts";

/** The endings of the picture files that are read and written. */
export const imageExtensions: readonly string[] = [".png", ".jpg", ".jpeg", ".webp"];

/**
 * Reads a PNG, JPEG or WebP file: 8 or 16 bits as stored, upright (the EXIF orientation is applied), in sRGB (other
 * colour profiles are converted), palettes expanded.
 *
 * @example
 * import { readImage } from "convsmith/data";
 * const { width, height, channels, bits } = await readImage("photos/chelsea.png");
 * console.log(width, height, channels, bits); // 451 300 3 8
 *
 * @throws FileFormatError for a file that is truncated, damaged or no picture; ConvsmithError for one that can't be read.
 */
export async function readImage(path: string): Promise<RasterImage> {
  return decodeImage(await readFileBytes(path), path);
}

/** As readImage, from bytes; `name` is what errors call them. */
export async function decodeImage(bytes: Uint8Array, name: string): Promise<RasterImage> {
  checkSignature(bytes, name);
  try {
    const options = { failOn: "error", autoOrient: true } as const;
    const { channels: stored, depth, space } = await sharp(bytes, options).metadata();
    const grey = space === "b-w" || space === "grey16";
    const bits = depth === "ushort" ? 16 : 8;
    // Without a 16-bit colour space sharp would work, and round, in 8 bits.
    const input = bits === 16 ? sharp(bytes, options).toColourspace(grey ? "grey16" : "rgb16") : sharp(bytes, options);
    const raw = input.raw({ depth: bits === 16 ? "ushort" : "uchar" });
    const { data, info } = await raw.toBuffer({ resolveWithObject: true });
    const count = data.byteLength / (bits / 8);
    const codes =
      bits === 16
        ? new Uint16Array(data.buffer, data.byteOffset, count)
        : new Uint8Array(data.buffer, data.byteOffset, count);
    const channels = (grey ? (stored === 2 || stored === 4 ? 2 : 1) : info.channels) as RasterImage["channels"];
    const kept = pickChannels(codes, info.channels, channels);
    const image = { width: info.width, height: info.height, channels, bits, data: kept } as const;
    checkRaster(name, image);
    return image;
  } catch (error) {
    if (error instanceof ConvsmithError) throw error;
    throw new FileFormatError(
      name,
      `the picture is damaged, truncated or too large: ${firstLine(error)}`,
      bytes.length,
    );
  }
}

/**
 * Writes a picture, whole or not at all, in the format of the file's ending. PNG keeps 8 and 16 bits and alpha exactly;
 * JPEG and WebP are 8 bits and lossy (`quality` 1..100, default 95).
 *
 * @example
 * import { mkdtemp } from "node:fs/promises";
 * import { tmpdir } from "node:os";
 * import { writeImage } from "convsmith/data";
 * const folder = await mkdtemp(`${tmpdir()}/example-`);
 * await writeImage(`${folder}/dot.png`, { width: 1, height: 1, channels: 1, bits: 8, data: Uint8Array.of(128) });
 *
 * @throws ArgumentError for an ending that is none of these, or for transparency in a JPEG; ConvsmithError when the file
 * can't be written.
 */
export async function writeImage(path: string, image: RasterImage, options: { quality?: number } = {}): Promise<void> {
  await writeFileAtomic(path, await encodeImage(path, image, options));
}

/** @throws ArgumentError unless `path` ends in .png, .jpg, .jpeg or .webp. Call it before long work. */
export function checkImagePath(path: string): void {
  if (!imageExtensions.includes(extname(path).toLowerCase())) {
    throw new ArgumentError(`${path}: a picture's name must end in ${imageExtensions.join(", ")}`);
  }
}

/** Longest sides that the formats can hold, in pixels. */
const longestSide = { jpeg: 65535, webp: 16383 } as const;

/**
 * @throws ArgumentError for a picture that a file of this name cannot hold: other endings, transparency in a JPEG, too long a
 * side. Call it before long work.
 */
export function checkImageFits(path: string, image: Pick<RasterImage, "width" | "height" | "channels">): void {
  checkImagePath(path);
  const ending = extname(path).toLowerCase();
  if (ending.startsWith(".jp") && hasAlpha(image)) {
    throw new ArgumentError(`${path}: a JPEG holds no transparency, and the picture has some; write a .png or .webp`);
  }
  if (ending === ".png") return;
  const [name, longest] = ending === ".webp" ? ["WebP", longestSide.webp] : ["JPEG", longestSide.jpeg];
  if (Math.max(image.width, image.height) > longest) {
    const size = `${image.width}x${image.height}`;
    throw new ArgumentError(`${path}: the sides of a ${name} are at most ${longest} pixels, got ${size}; write a .png`);
  }
}

async function encodeImage(path: string, image: RasterImage, options: { quality?: number }): Promise<Uint8Array> {
  checkImageFits(path, image);
  checkRaster(path, image);
  const { quality = 95 } = options;
  const format = extname(path).toLowerCase();
  const { width, height, channels, bits, data } = format === ".png" ? image : to8Bits(image);
  const grey = channels < 3;
  const space = bits === 16 ? (grey ? "grey16" : "rgb16") : grey ? "b-w" : "srgb";
  const raw = sharp(data, { raw: { width, height, channels }, limitInputPixels: false }).toColourspace(space);
  try {
    if (format === ".png") return await raw.png().toBuffer();
    if (format === ".webp") return await raw.webp({ quality }).toBuffer();
    return await raw.jpeg({ quality, chromaSubsampling: "4:4:4" }).toBuffer();
  } catch (error) {
    throw new ConvsmithError(`${path}: a ${width}x${height} picture cannot be stored so: ${firstLine(error)}`);
  }
}

function to8Bits(image: RasterImage): RasterImage {
  return image.bits === 8
    ? image
    : { ...image, bits: 8, data: Uint8Array.from(image.data, (code) => Math.round(code / 257)) };
}

/** sharp hands grey + alpha out as RGBA, or drops the alpha, depending on depth. */
function pickChannels<Codes extends Uint8Array | Uint16Array>(codes: Codes, from: number, to: number): Codes {
  if (from === to) return codes;
  const pixels = codes.length / from;
  const out = new (codes.constructor as new (length: number) => Codes)(pixels * to);
  for (let index = 0; index < pixels; index++) {
    out[index * to] = codes[index * from]!;
    if (to === 2) out[index * to + 1] = codes[index * from + from - 1]!;
  }
  return out;
}

/** Other formats never reach the decoder: SVG, PDF and the like can open files of their own. */
function checkSignature(bytes: Uint8Array, name: string): void {
  const text = (start: number, end: number) => String.fromCharCode(...bytes.subarray(start, end));
  if (text(0, 8) === "\x89PNG\r\n\x1a\n") {
    checkPngEnd(bytes, name);
    return;
  }
  if (text(0, 3) === "\xff\xd8\xff") return;
  if (text(0, 4) === "RIFF" && text(8, 12) === "WEBP") return;
  throw new FileFormatError(name, bytes.length === 0 ? "the file is empty" : "this is no PNG, JPEG or WebP picture");
}

/** The decoder accepts a PNG whose last bytes are missing once all pixels are there. */
function checkPngEnd(bytes: Uint8Array, name: string): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = 8;
  while (offset + 12 <= bytes.length) {
    const end = offset + 12 + view.getUint32(offset);
    if (end > bytes.length) break;
    if (view.getUint32(offset + 4) === 0x49454e44) return; // IEND
    offset = end;
  }
  throw new FileFormatError(name, "the picture is truncated", bytes.length);
}

const firstLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split("\n")[0]!;
