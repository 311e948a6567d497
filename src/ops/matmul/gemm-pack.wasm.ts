import { FunctionBuilder, type Local } from "../../codegen/wasm/assembler.ts";
import { moveColumn, moveSquare } from "../../codegen/wasm/emit.ts";
import { VectorPool } from "../../codegen/wasm/math.ts";
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
  const square = f.locals("v128", 4);
  const pool = new VectorPool(f);
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
    f.for(at, 3, k, 4, () => moveSquare(f, pointers, square, to, step, pool));
    f.for(at, 0, rest(f, k), 1, () => moveColumn(f, pointers, square[0]!, to, step));
  });
  return f;
}

/** k modulo 4, in a new variable. */
function rest(f: FunctionBuilder, k: Local): Local {
  const result = f.local("i32");
  f.get(k).i32(3).op("i32.and").set(result);
  return result;
}
