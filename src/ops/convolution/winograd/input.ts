import { FunctionBuilder, type Local } from "../../../codegen/wasm/assembler.ts";
import { loadLanes, storeLanes } from "../direct/emit.ts";
import type { WinogradShape } from "./problem.ts";

/**
 * `input(source, rowStep, target, tile)`: transforms the input of one tile, `V = Bᵀ d B`, four channels at a time, into
 * its row of each position's plane. `tile` is memory for the half that is done: columns first, then rows.
 */
export function emitInputTransform(name: string, shape: WinogradShape, fused: boolean): FunctionBuilder {
  const { scheme, channels, inputPlane } = shape;
  const { size } = scheme;
  const f = new FunctionBuilder(name, ["i32", "i32", "i32", "i32"]);
  const [source, rowStep, target, tile] = f.parameters as [Local, Local, Local, Local];
  const rows = [source, ...f.locals("i32", size - 1)];
  const end = f.local("i32");
  const vectors = f.locals("v128", size);

  const transform = (lanes: number) => {
    for (let column = 0; column < size; column++) {
      for (const [row, address] of rows.entries()) {
        loadLanes(f, address, lanes, column * channels * 4);
        f.set(vectors[row]!);
      }
      scheme.input(f, fused, vectors, (row, push) => {
        f.get(tile);
        push();
        f.store("v128.store", (row * size + column) * 16);
      });
    }
    for (let row = 0; row < size; row++) {
      for (const [column, vector] of vectors.entries()) {
        f.get(tile)
          .load("v128.load", (row * size + column) * 16)
          .set(vector);
      }
      scheme.input(f, fused, vectors, (column, push) => {
        f.get(target);
        push();
        f.store("v128.store", (row * size + column) * inputPlane);
      });
    }
  };

  for (let row = 1; row < size; row++)
    f.get(rows[row - 1]!)
      .get(rowStep)
      .op("i32.add")
      .set(rows[row]!);
  const whole = Math.floor(channels / 4) * 16;
  if (whole > 0) {
    f.get(target).i32(whole).op("i32.add").set(end);
    f.loop(() => {
      transform(4);
      for (const row of rows) f.get(row).i32(16).op("i32.add").set(row);
      f.get(target).i32(16).op("i32.add").tee(target).get(end).op("i32.lt_u").branchIf(0);
    });
  }
  if (channels % 4 > 0) transform(channels % 4);
  return f;
}

/**
 * `patch(source, rowStep, y, x, top, left, bottom, right, patch)`: copies the input of a tile at (y, x), zeros where it
 * lies outside of the rows [top, bottom) and columns [left, right).
 */
export function emitPatch(name: string, { scheme, channels }: WinogradShape): FunctionBuilder {
  const f = new FunctionBuilder(name, ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"]);
  const [source, rowStep, y, x, top, left, bottom, right, patch] = f.parameters as [
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
  const [row, column, at, to, end] = f.locals("i32", 5) as [Local, Local, Local, Local, Local];
  const vector = f.local("v128");
  const rest = channels % 4;
  const whole = (channels - rest) * 4;
  const inside = (counter: Local, from: Local, first: Local, limit: Local) => {
    f.get(counter).get(from).op("i32.add").get(first).op("i32.ge_s");
    f.get(counter).get(from).op("i32.add").get(limit).op("i32.lt_s").op("i32.and");
  };
  const pixel = (read: (lanes: number) => void) => {
    if (whole > 0) {
      f.get(to).i32(whole).op("i32.add").set(end);
      f.loop(() => {
        f.get(to);
        read(4);
        f.store("v128.store").get(at).i32(16).op("i32.add").set(at);
        f.get(to).i32(16).op("i32.add").tee(to).get(end).op("i32.lt_u").branchIf(0);
      });
    }
    if (rest > 0) {
      read(rest);
      f.set(vector);
      storeLanes(f, to, vector, rest);
      f.get(to)
        .i32(rest * 4)
        .op("i32.add")
        .set(to);
    }
  };
  f.get(patch).set(to);
  f.for(row, 0, scheme.size, 1, () => {
    f.for(column, 0, scheme.size, 1, () => {
      f.get(source)
        .get(row)
        .get(rowStep)
        .op("i32.mul")
        .op("i32.add")
        .get(column)
        .i32(channels * 4)
        .op("i32.mul")
        .op("i32.add")
        .set(at);
      inside(row, y, top, bottom);
      inside(column, x, left, right);
      f.op("i32.and").if(
        () => pixel((lanes) => loadLanes(f, at, lanes)),
        () => pixel(() => f.f32x4(0)),
      );
    });
  });
  return f;
}
