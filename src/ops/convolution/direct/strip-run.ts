import type { FunctionBuilder, Local } from "../../../codegen/wasm/assembler.ts";
import { plusProduct } from "./emit.ts";
import type { PanelClass } from "./problem.ts";

/** Variables of a row of tiles: `more` tiles of size + 1 pixels, then `tiles` of size. No tile is much smaller than the others. */
export interface StripRun {
  readonly size: Local;
  readonly more: Local;
  readonly tiles: Local;
  /** Addresses of the input and of the results of the tiles that are next. */
  readonly input: Local;
  readonly weights: Local;
  readonly results: Local;
}

/** Cuts `pixels` into the tiles of a panel. */
export function cutTiles(f: FunctionBuilder, { rows }: PanelClass, pixels: Local, run: StripRun): void {
  const { size, more, tiles } = run;
  f.get(pixels)
    .add(rows - 1)
    .i32(rows)
    .op("i32.div_u")
    .set(tiles);
  f.get(pixels).get(tiles).op("i32.rem_u").set(more);
  f.get(pixels).get(tiles).op("i32.div_u").set(size);
  f.get(tiles).sub(more).set(tiles);
}

/**
 * Calls a strip for each tile. `strips`: functions of emitStrip by rows - 1, whose last three parameters `push` pushes;
 * steps are bytes between pixels.
 */
export function callStrips(
  f: FunctionBuilder,
  { rows: most }: PanelClass,
  strips: readonly number[],
  { size, more, tiles, input, weights, results }: StripRun,
  push: () => void,
  inputStep: number,
  resultStep: number,
): void {
  const strip = (larger: 0 | 1, count: Local) => {
    for (let rows = most; rows >= 1; rows--) {
      f.get(size).add(larger).i32(rows).op("i32.eq");
      f.if(() => {
        f.get(input).get(weights).get(results).get(count);
        push();
        f.call(strips[rows - 1]!);
        if (!larger) return;
        f.get(input);
        plusProduct(f, count, rows * inputStep);
        f.set(input).get(results);
        plusProduct(f, count, rows * resultStep);
        f.set(results);
      });
    }
  };
  f.get(more).if(() => strip(1, more));
  strip(0, tiles);
}
