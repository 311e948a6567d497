import type { FunctionBuilder, Local } from "../../../codegen/wasm/assembler.ts";
import { plusProduct } from "../direct/emit.ts";

/** The tiles [from, to) of a block, counted over images, tile rows and tile columns. */
export interface TileWalk {
  readonly from: Local;
  readonly to: Local;
  readonly tileRows: Local;
  readonly tileColumns: Local;
  /** Of the run at hand: its first tile, its end, and the place of the first. */
  readonly tile: Local;
  readonly runEnd: Local;
  readonly n: Local;
  readonly ty: Local;
  readonly tx: Local;
}

export function tileWalk(f: FunctionBuilder, bounds: Pick<TileWalk, "from" | "to" | "tileRows" | "tileColumns">) {
  const [tile, runEnd, n, ty, tx] = f.locals("i32", 5) as [Local, Local, Local, Local, Local];
  return { ...bounds, tile, runEnd, n, ty, tx };
}

/** Runs the code for each run of neighbouring tiles of one tile row and image. */
export function forRuns(f: FunctionBuilder, walk: TileWalk, body: () => void): void {
  const rest = f.local("i32");
  f.get(walk.from).set(walk.tile);
  f.loop(() => {
    f.get(walk.tile).get(walk.tileColumns).op("i32.rem_u").set(walk.tx);
    f.get(walk.tile).get(walk.tileColumns).op("i32.div_u").set(rest);
    f.get(rest).get(walk.tileRows).op("i32.rem_u").set(walk.ty);
    f.get(rest).get(walk.tileRows).op("i32.div_u").set(walk.n);
    f.get(walk.tile).add(walk.tileColumns).sub(walk.tx).set(walk.runEnd);
    f.min(walk.runEnd, walk.to).set(walk.runEnd);
    body();
    f.get(walk.runEnd).tee(walk.tile).get(walk.to).op("i32.lt_s").branchIf(0);
  });
}

/** Words of the argument block that say where a tile's pixels are. */
export const planeNames = [
  "address",
  "batch",
  "row",
  "firstRow",
  "firstColumn",
  "top",
  "left",
  "bottom",
  "right",
] as const;

/** Planes whose tiles are transformed. */
export interface TileSource {
  /** `address`: of pixel (0, 0). Pixels of the rows [top, bottom) and columns [left, right) can be read, all others are zero. */
  readonly words: Readonly<Record<(typeof planeNames)[number], Local>>;
  readonly pixelBytes: number;
  /** Pixels from a tile to the next, and pixels of a tile along an axis. */
  readonly step: number;
  readonly size: number;
  /** Channels that are read of each pixel. */
  readonly channels: number;
  /** Functions of emitTileTransform, for pixels that lie as in the planes, and one behind the other. */
  readonly transform: number;
  readonly patchTransform: number;
  /** Function of emitPatch. */
  readonly patch: number;
}

/** Transforms the tiles of a block into neighbouring rows from `target` on. `patch` and `half` push addresses of scratch memory. */
export function transformTiles(
  f: FunctionBuilder,
  walk: TileWalk,
  source: TileSource,
  places: { readonly target: () => void; readonly patch: () => void; readonly half: () => void },
): void {
  const { words, pixelBytes, step, size, channels } = source;
  const [y, x, at, target, tile] = f.locals("i32", 5) as [Local, Local, Local, Local, Local];
  const within = (from: Local, first: Local, limit: Local) => {
    f.get(from).get(first).op("i32.ge_s");
    f.get(from).add(size).get(limit).op("i32.le_s").op("i32.and");
  };
  places.target();
  f.set(target);
  forRuns(f, walk, () => {
    f.get(words.firstRow);
    plusProduct(f, walk.ty, step);
    f.set(y).get(words.firstColumn);
    plusProduct(f, walk.tx, step);
    f.set(x).get(words.address);
    plusProduct(f, walk.n, words.batch);
    plusProduct(f, y, words.row);
    plusProduct(f, x, pixelBytes);
    f.set(at);
    f.for(tile, walk.tile, walk.runEnd, 1, () => {
      within(y, words.top, words.bottom);
      within(x, words.left, words.right);
      f.op("i32.and").if(
        () => {
          f.get(at).get(words.row).get(target);
          places.half();
          f.call(source.transform);
        },
        () => {
          f.get(at).get(words.row).get(y).get(x);
          f.get(words.top).get(words.left).get(words.bottom).get(words.right);
          places.patch();
          f.call(source.patch);
          places.patch();
          f.i32(size * channels * 4).get(target);
          places.half();
          f.call(source.patchTransform);
        },
      );
      f.advance(x, step);
      f.advance(at, step * pixelBytes);
      f.advance(target, Math.ceil(channels / 4) * 16);
    });
  });
}
