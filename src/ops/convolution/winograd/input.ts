import { FunctionBuilder, type Local } from "../../../codegen/wasm/assembler.ts";
import { loadLanes, storeLanes } from "../direct/emit.ts";
import type { Transform } from "./transforms.ts";

/** Tiles of `from` x `from` pixels that become `to` x `to` numbers for each channel. */
export interface TileTransform {
  readonly transform: Transform;
  readonly from: number;
  readonly to: number;
  readonly channels: number;
  readonly pixelBytes: number;
  /** Bytes between the results of one position and those of the next. */
  readonly plane: number;
}

/**
 * `transform(source, rowStep, target, half)`: transforms one tile, four channels at a time, into its row of each position's
 * plane. `half` is memory for what is done along one axis: columns first, then rows.
 */
export function emitTileTransform(name: string, shape: TileTransform, fused: boolean): FunctionBuilder {
  const { transform, from, to, channels, pixelBytes, plane } = shape;
  const f = new FunctionBuilder(name, ["i32", "i32", "i32", "i32"]);
  const [source, rowStep, target, half] = f.parameters as [Local, Local, Local, Local];
  const rows = [source, ...f.locals("i32", from - 1)];
  const end = f.local("i32");
  const vectors = f.locals("v128", from);

  const both = (lanes: number) => {
    for (let column = 0; column < from; column++) {
      for (const [row, address] of rows.entries()) {
        loadLanes(f, address, lanes, column * pixelBytes);
        f.set(vectors[row]!);
      }
      transform(f, fused, vectors, (row, push) => {
        f.get(half);
        push();
        f.store("v128.store", (row * from + column) * 16);
      });
    }
    for (let row = 0; row < to; row++) {
      for (const [column, vector] of vectors.entries()) {
        f.get(half)
          .load("v128.load", (row * from + column) * 16)
          .set(vector);
      }
      transform(f, fused, vectors, (column, push) => {
        f.get(target);
        push();
        f.store("v128.store", (row * to + column) * plane);
      });
    }
  };

  for (let row = 1; row < from; row++)
    f.get(rows[row - 1]!)
      .get(rowStep)
      .op("i32.add")
      .set(rows[row]!);
  const whole = Math.floor(channels / 4) * 16;
  if (whole > 0) {
    f.get(target).i32(whole).op("i32.add").set(end);
    f.loop(() => {
      both(4);
      for (const row of rows) f.get(row).i32(16).op("i32.add").set(row);
      f.get(target).i32(16).op("i32.add").tee(target).get(end).op("i32.lt_u").branchIf(0);
    });
  }
  if (channels % 4 > 0) both(channels % 4);
  return f;
}

/**
 * `patch(source, rowStep, y, x, top, left, bottom, right, patch)`: copies the input of a tile at (y, x), zeros where it
 * lies outside of the rows [top, bottom) and columns [left, right).
 */
export function emitPatch(
  name: string,
  { from, channels, pixelBytes }: Pick<TileTransform, "from" | "channels" | "pixelBytes">,
): FunctionBuilder {
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
  const inside = (counter: Local, start: Local, first: Local, limit: Local) => {
    f.get(counter).get(start).op("i32.add").get(first).op("i32.ge_s");
    f.get(counter).get(start).op("i32.add").get(limit).op("i32.lt_s").op("i32.and");
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
  f.for(row, 0, from, 1, () => {
    f.for(column, 0, from, 1, () => {
      f.get(source)
        .get(row)
        .get(rowStep)
        .op("i32.mul")
        .op("i32.add")
        .get(column)
        .i32(pixelBytes)
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
