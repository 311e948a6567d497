import { FunctionBuilder } from "../../codegen/wasm/assembler.ts";
import { encodeModule } from "../../codegen/wasm/module.ts";
import type { Target } from "../../core/kernel.ts";

export type Tile = Target["tile"];

export const depth = 256;
const repeats = 24;
/** Rounds without a gain after which the optimising compiler, which works beside, has surely taken over. */
const patience = 6;
const limitMilliseconds = 60;
const rowBytes = 4 * depth;

/** Tiles for vectors of 128 bits. */
const candidates: readonly Tile[] = [
  [4, 8],
  [3, 12],
  [6, 8],
];

/** A tile, and how fast it is: results times terms in a millisecond. */
export interface ProbedTile {
  readonly tile: Tile;
  readonly rate: number;
}

/**
 * The register tile that multiplies fastest here: which one spills depends on the compiler, so it is tried and not looked
 * up. Tiles add in the same order, so the choice never shows in the bits. Takes `milliseconds` at least, which is how long
 * better code is waited for; `enough` is a rate to wait for.
 */
export function probeTile(fusedMultiplyAdd: boolean, milliseconds = 0, tiles = candidates, enough = 0): ProbedTile {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const runs = tiles.map((tile) => {
    const run = compileLoop(memory, tileLoop(tile, fusedMultiplyAdd, 49152));
    return { tile, run, best: Number.POSITIVE_INFINITY };
  });
  const rateOf = (best: number) => (depth * repeats) / best;
  const begin = performance.now();
  // Short calls, many times: the compiler's second tier replaces a function between calls.
  for (let idle = 0; idle < patience || performance.now() - begin < milliseconds; idle++) {
    for (const each of runs) {
      const start = performance.now();
      for (let call = 0; call < repeats; call++) each.run();
      const time = (performance.now() - start) / (each.tile[0] * each.tile[1]);
      if (time < 0.9 * each.best) idle = 0;
      each.best = Math.min(each.best, time);
    }
    if (performance.now() - begin > limitMilliseconds) break;
    if (runs.some(({ best }) => rateOf(best) < enough)) idle = 0;
  }
  const { tile, best } = runs.reduce((fastest, each) => (each.best < fastest.best ? each : fastest));
  return { tile, rate: rateOf(best) };
}

/** A module of this one function, over one page of memory. */
export function compileLoop(memory: WebAssembly.Memory, loop: FunctionBuilder): () => void {
  const bytes = encodeModule([loop], { initialPages: 1, maximumPages: 1, shared: false });
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } }).exports.run as () => void;
}

/** One tile of a matrix product over `depth` terms, put at `to`: columns as vectors, rows one splat after the other. */
export function tileLoop([rows, columns]: Tile, fused: boolean, to: number): FunctionBuilder {
  const f = new FunctionBuilder("run", []);
  const vectors = columns / 4;
  const at = f.local("i32");
  const panel = f.local("i32");
  const column = f.locals("v128", vectors);
  const row = f.local("v128");
  const sums = f.locals("v128", rows * vectors);
  f.for(at, 0, rowBytes, 4, () => {
    f.get(at)
      .mul(vectors * 4)
      .set(panel);
    for (const [index, each] of column.entries())
      f.get(panel)
        .load("v128.load", 32768 + 16 * index)
        .set(each);
    for (let index = 0; index < rows; index++) {
      f.get(at)
        .load("v128.load32_splat", index * rowBytes)
        .set(row);
      for (let vector = 0; vector < vectors; vector++) {
        const sum = sums[index * vectors + vector]!;
        if (fused) f.get(row).get(column[vector]!).get(sum).op("f32x4.relaxed_madd").set(sum);
        else f.get(row).get(column[vector]!).op("f32x4.mul").get(sum).op("f32x4.add").set(sum);
      }
    }
  });
  for (const [index, sum] of sums.entries())
    f.i32(to)
      .get(sum)
      .store("v128.store", 16 * index);
  return f;
}
