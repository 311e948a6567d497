import { FunctionBuilder, type Local } from "../../codegen/wasm/assembler.ts";
import { multiplyAdd, storeSums } from "../../codegen/wasm/emit.ts";
import type { Tile } from "../../codegen/wasm/tiles.ts";

/**
 * `panel(a, b, bStep, c, k, aStride, cRow, blocks, add)`: `blocks` neighbouring blocks of `rows` rows of a times one
 * panel of `vectors` vectors of b, stored at or added to c. `bStep` leads from one k to the next in the panel, `aStride` to
 * the next row of a (to the next k where a is transposed).
 *
 *            b0   b1          vectors of row k of the panel
 *     a0   acc  acc
 *     a1   acc  acc           each number of column k of the block splatted
 */
export function emitPanel({ rows, vectors }: Tile, transposeA: boolean, fused: boolean): FunctionBuilder {
  const f = new FunctionBuilder(`panel${rows}x${vectors}`, new Array(9).fill("i32"));
  const [a, b, bStep, c, k, aStride, cRow, blocks, add] = f.parameters as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  const pointers = f.locals("i32", transposeA ? 1 : rows);
  const [panel, rest] = f.locals("i32", 2) as [Local, Local];
  const sums = f.locals("v128", rows * vectors);
  const columns = f.locals("v128", vectors);
  const scalar = f.local("v128");
  f.loop(() => {
    for (const sum of sums) f.f32x4(0).set(sum);
    f.get(b).set(panel).get(k).set(rest).get(a);
    for (const [index, pointer] of pointers.entries()) {
      if (index > 0) f.add(aStride);
      f.tee(pointer);
    }
    f.op("drop");
    f.loop(() => {
      for (const [index, column] of columns.entries())
        f.get(panel)
          .load("v128.load", 16 * index)
          .set(column);
      for (let at = 0; at < rows; at++) {
        const pointer = pointers[transposeA ? 0 : at]!;
        f.get(pointer)
          .load("v128.load32_splat", transposeA ? 4 * at : 0)
          .set(scalar);
        for (const [index, column] of columns.entries()) {
          multiplyAdd(f, fused, sums[at * vectors + index]!, scalar, column);
        }
      }
      for (const pointer of pointers) {
        f.advance(pointer, transposeA ? aStride : 4);
      }
      f.advance(panel, bStep);
      f.countDown(rest);
    });
    for (let at = 0; at < rows; at++) {
      // All loads of a row, then all its stores: only then does V8's revectorizer put two vectors into one register.
      const own = sums.slice(at * vectors, (at + 1) * vectors);
      storeSums(f, own, c, add);
      f.advance(c, cRow);
    }
    f.get(a)
      .value(transposeA ? 4 : aStride)
      .mul(rows)
      .op("i32.add")
      .set(a);
    f.countDown(blocks);
  });
  return f;
}

/** `panel(rows, vectors, …)`: calls the panel function of that tile. `indices` holds the tiles' function numbers. */
export function emitDispatch(tiles: readonly Tile[], indexOf: (tile: number) => number): FunctionBuilder {
  const f = new FunctionBuilder("dispatch", new Array(11).fill("i32"));
  const [rows, vectors, ...rest] = f.parameters as [Local, Local, ...Local[]];
  for (const [at, tile] of tiles.entries()) {
    f.get(rows).i32(tile.rows).op("i32.eq").get(vectors).i32(tile.vectors).op("i32.eq").op("i32.and");
    f.if(() => {
      for (const each of rest) f.get(each);
      f.call(indexOf(at)).op("return");
    });
  }
  f.op("unreachable");
  return f;
}
