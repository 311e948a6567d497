import { FunctionBuilder, type Local } from "../../codegen/wasm/assembler.ts";
import { RowOperand } from "../../codegen/wasm/operand.ts";

/**
 * `pack(b, bStride, panel, k, vectors, partial)`: copies `vectors` vectors of columns of k rows of b, stored as [K, N],
 * to a panel [k][vectors][4]; `sizes` are the numbers of vectors that panels have. The last vector has `partial` columns, or 4 where that is 0; the rest of it is 0.
 */
export function emitPack(sizes: readonly number[]): FunctionBuilder {
  const f = new FunctionBuilder("pack", new Array(6).fill("i32"));
  const [b, bStride, panel, k, vectors, partial] = f.parameters as [Local, Local, Local, Local, Local, Local];
  const [at, end] = f.locals("i32", 2) as [Local, Local];
  const value = f.local("v128");
  const next = () => f.advance(b, bStride);
  const count = () => f.countDown(k);
  f.get(partial).if(() => {
    const row = new RowOperand(f, "unit");
    f.loop(() => {
      row.begin(b, () => f);
      f.get(vectors).mul(16).add(panel).sub(16).set(end);
      f.get(panel).set(at);
      f.block(() => {
        f.loop(() => {
          f.get(at).get(end).op("i32.eq").branchIf(1);
          f.get(at);
          row.load(0);
          f.store("v128.store");
          row.advance(1);
          f.advance(at, 16).branch(0);
        });
      });
      row.loadPartial(partial);
      f.set(value).get(end).get(value).store("v128.store");
      f.get(end).add(16).set(panel);
      next();
      count();
    });
    f.op("return");
  });
  for (const size of sizes) {
    f.get(vectors)
      .i32(size)
      .op("i32.eq")
      .if(() => {
        f.loop(() => {
          for (let index = 0; index < size; index++) {
            f.get(panel)
              .get(b)
              .load("v128.load", 16 * index)
              .store("v128.store", 16 * index);
          }
          f.advance(panel, 16 * size);
          next();
          count();
        });
        f.op("return");
      });
  }
  f.op("unreachable");
  return f;
}

/**
 * The same for b stored as [N, K]: blocks of 4 by 4 are transposed in registers. Columns that are not there repeat the last
 * one, so that nothing beyond it is read.
 */
export function emitTransposingPack(): FunctionBuilder {
  const f = new FunctionBuilder("pack", new Array(6).fill("i32"));
  const [b, bStride, panel, k, vectors, partial] = f.parameters as [Local, Local, Local, Local, Local, Local];
  const [at, index, to, step] = f.locals("i32", 4) as [Local, Local, Local, Local];
  const pointers = f.locals("i32", 4);
  const rows = f.locals("v128", 4);
  const halves = f.locals("v128", 4);
  const value = f.local("v128");
  f.get(vectors).mul(16).set(step);
  f.for(index, 0, vectors, 1, () => {
    for (const [which, pointer] of pointers.entries()) {
      if (which === 0) f.get(b).set(pointer);
      else {
        // Column `which` is there unless this is the last vector and `partial` says that it has fewer.
        const before = pointers[which - 1]!;
        f.get(before).add(bStride).get(before);
        f.get(partial).sub(1).i32(which).op("i32.ge_u");
        f.get(index).add(1).get(vectors).op("i32.lt_s").op("i32.or").op("select").set(pointer);
      }
    }
    f.get(panel).get(index).mul(16).op("i32.add").set(to);
    f.get(bStride).mul(4).add(b).set(b);
    f.for(at, 3, k, 4, () => {
      for (const [which, pointer] of pointers.entries()) f.get(pointer).load("v128.load").set(rows[which]!);
      const [r0, r1, r2, r3] = rows as [Local, Local, Local, Local];
      const [low01, low23, high01, high23] = halves as [Local, Local, Local, Local];
      f.get(r0).get(r1).shuffleLanes([0, 4, 1, 5]).set(low01);
      f.get(r2).get(r3).shuffleLanes([0, 4, 1, 5]).set(low23);
      f.get(r0).get(r1).shuffleLanes([2, 6, 3, 7]).set(high01);
      f.get(r2).get(r3).shuffleLanes([2, 6, 3, 7]).set(high23);
      for (const [left, right] of [
        [low01, low23],
        [high01, high23],
      ] as const) {
        for (const lanes of [
          [0, 1, 4, 5],
          [2, 3, 6, 7],
        ] as const) {
          f.get(to)
            .get(left)
            .get(right)
            .shuffleLanes([...lanes])
            .store("v128.store");
          f.advance(to, step);
        }
      }
      for (const pointer of pointers) f.advance(pointer, 16);
    });
    f.for(at, 0, rest(f, k), 1, () => {
      f.get(pointers[0]!).load("v128.load32_zero").set(value);
      for (let lane = 1; lane < 4; lane++) {
        f.get(pointers[lane]!).get(value).laneMemory("v128.load32_lane", lane).set(value);
      }
      f.get(to).get(value).store("v128.store");
      f.advance(to, step);
      for (const pointer of pointers) f.advance(pointer, 4);
    });
  });
  return f;
}

/** k modulo 4, in a new variable. */
function rest(f: FunctionBuilder, k: Local): Local {
  const result = f.local("i32");
  f.get(k).i32(3).op("i32.and").set(result);
  return result;
}
