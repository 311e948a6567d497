import { ArgumentError, ShapeError } from "../core/errors.ts";
import { crop, type Plane } from "../data/index.ts";
import type { Module } from "../nn/index.ts";
import { noGrad, type Tensor, tensor } from "../tensor/index.ts";
import { overlapOf } from "./halo.ts";

/** A network that enlarges: [1, 1, H, W] → [1, 1, H·r, W·r]. */
export type Upscaler = Module & { forward(x: Tensor): Tensor };

export interface TileOptions {
  /** How many times larger the network makes each side. */
  readonly scale: number;
  /**
   * Input pixels that a tile's outputs depend on beyond the tile, on any side. Default: what the network's ops say, with all
   * that is rounded together.
   */
  readonly halo?: number;
  /** Largest sides of a tile in input pixels, without its halo; multiples of 8. Default 384x256. */
  readonly tile?: { readonly width: number; readonly height: number };
}

/** Input positions `from` to `to` that a tile is for, and `start` to `end` that it is computed from. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
}

/**
 * A multiple of the output tiles of all kernels that sum in another order at another place of their tile (Winograd's):
 * what such a kernel computes for a pixel then does not depend on where the picture was cut.
 */
const alignment = 8;

/**
 * Cuts one axis into tiles. Tiles overlap by `halo`, rounded up to the alignment, but never leave the picture: padding
 * then lies where it lies for the whole picture, and what a cut spoils is within the halo, which is thrown away.
 */
export function spansOf(length: number, tile: number, halo: number): Span[] {
  if (!Number.isInteger(tile) || tile < alignment || tile % alignment !== 0) {
    throw new ArgumentError(`upscale: the sides of a tile must be multiples of ${alignment}, got ${tile}`);
  }
  if (!Number.isInteger(halo) || halo < 0) {
    throw new ArgumentError(`upscale: the halo must be a whole number of pixels, got ${halo}`);
  }
  const overlap = Math.ceil(halo / alignment) * alignment;
  return Array.from({ length: Math.ceil(length / tile) }, (_, index) => {
    const from = index * tile;
    const to = Math.min(length, from + tile);
    return { from, to, start: Math.max(0, from - overlap), end: Math.min(length, to + overlap) };
  });
}

/** The rows and columns of tiles that a picture is cut into; without a network they do not overlap. */
export function tileGrid(network: Upscaler | null, width: number, height: number, { scale, halo, tile }: TileOptions) {
  const overlap = network ? (halo ?? overlapOf(network, scale, alignment)) : 0;
  return {
    rows: spansOf(height, tile?.height ?? 256, overlap),
    columns: spansOf(width, tile?.width ?? 384, overlap),
  };
}

/**
 * Enlarges one row of tiles. `source` holds the input's rows `row.start` to `row.end`; the result holds the output of rows
 * `row.from` to `row.to`.
 */
export async function superResolveRow(
  network: Upscaler,
  source: Plane,
  row: Span,
  columns: readonly Span[],
  scale: number,
  onTile?: () => void,
): Promise<Plane<Float32Array>> {
  const width = source.width * scale;
  const height = (row.to - row.from) * scale;
  const data = new Float32Array(width * height);
  for (const column of columns) {
    const tile = crop(source, column.start, 0, column.end - column.start, source.height);
    const output = await run(network, tile, scale);
    const left = (column.from - column.start) * scale;
    const top = (row.from - row.start) * scale;
    const count = (column.to - column.from) * scale;
    for (let y = 0; y < height; y++) {
      const at = (top + y) * output.width + left;
      data.set(output.data.subarray(at, at + count), y * width + column.from * scale);
    }
    onTile?.();
  }
  return { width, height, data };
}

async function run(network: Upscaler, { width, height, data }: Plane, scale: number): Promise<Plane<Float32Array>> {
  const output = noGrad(() => network.forward(tensor(Float32Array.from(data), [1, 1, height, width])));
  const wanted = [1, 1, height * scale, width * scale];
  if (output.shape.join() !== wanted.join()) {
    throw new ShapeError(
      network.constructor.name,
      `must make [${wanted.join(", ")}] of [1, 1, ${height}, ${width}] to enlarge ${scale} times`,
      { output: output.shape },
    );
  }
  return { width: wanted[3]!, height: wanted[2]!, data: (await output.take()) as Float32Array };
}

/**
 * Enlarges a plane in [0, 1] with a network, in evaluation and in tiles, so that memory stays small; the bits are those
 * of the whole plane at once. The result is not clipped.
 *
 * @example
 * import { nn } from "convsmith";
 * import { enlargePlane } from "convsmith/models";
 * const network = new nn.Sequential(new nn.Conv2d(1, 4, 3, { padding: 1 }), new nn.PixelShuffle(2));
 * const plane = { width: 5, height: 4, data: new Float64Array(20).fill(0.5) };
 * const { width, height } = await enlargePlane(network, plane, { scale: 2 });
 * console.log(width, height); // 10 8
 *
 * @throws ShapeError when the network's output is not `scale` times as large; ArgumentError for a wrong tile or halo.
 */
export async function enlargePlane(
  network: Upscaler,
  plane: Plane,
  options: TileOptions,
): Promise<Plane<Float32Array>> {
  const { scale } = options;
  const { rows, columns } = tileGrid(network, plane.width, plane.height, options);
  network.eval();
  const width = plane.width * scale;
  const data = new Float32Array(width * plane.height * scale);
  for (const row of rows) {
    const source = crop(plane, 0, row.start, plane.width, row.end - row.start);
    const { data: part } = await superResolveRow(network, source, row, columns, scale);
    data.set(part, row.from * scale * width);
  }
  return { width, height: plane.height * scale, data };
}
