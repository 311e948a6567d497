import { FunctionBuilder } from "../../codegen/wasm/assembler.ts";
import { encodeModule } from "../../codegen/wasm/module.ts";
import type { Target } from "../../core/kernel.ts";

type Tile = Target["tile"];

const candidates: readonly Tile[] = [
  [4, 8],
  [3, 12],
  [6, 8],
];
const depth = 256;
const repeats = 24;
const rounds = 6;
const rowBytes = 4 * depth;

/**
 * The register tile that multiplies fastest here: which one spills depends on the compiler, so it is tried and not looked
 * up. Tiles add in the same order, so the choice never shows in the bits. Takes about 20 ms.
 */
export function probeTile(fusedMultiplyAdd: boolean): Tile {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const runs = candidates.map((tile) => {
    const bytes = encodeModule([tileLoop(tile, fusedMultiplyAdd)], { initialPages: 1, maximumPages: 1, shared: false });
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
    return { tile, run: instance.exports.run as () => void, best: Number.POSITIVE_INFINITY };
  });
  // Short calls, many times: the compiler's second tier replaces a function between calls.
  for (const { run } of runs) for (let call = 0; call < 40; call++) run();
  for (let round = 0; round < rounds; round++) {
    for (const each of runs) {
      const start = performance.now();
      for (let call = 0; call < repeats; call++) each.run();
      each.best = Math.min(each.best, (performance.now() - start) / (each.tile[0] * each.tile[1]));
    }
  }
  return runs.reduce((fastest, each) => (each.best < fastest.best ? each : fastest)).tile;
}

/** One tile of a matrix product over `depth` terms: columns as vectors, rows one splat after the other. */
function tileLoop([rows, columns]: Tile, fused: boolean): FunctionBuilder {
  const f = new FunctionBuilder("run", []);
  const vectors = columns / 4;
  const at = f.local("i32");
  const panel = f.local("i32");
  const column = f.locals("v128", vectors);
  const row = f.local("v128");
  const sums = f.locals("v128", rows * vectors);
  f.for(at, 0, rowBytes, 4, () => {
    f.get(at)
      .i32(vectors * 4)
      .op("i32.mul")
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
    f.i32(49152)
      .get(sum)
      .store("v128.store", 16 * index);
  return f;
}
