import { FunctionBuilder, type Local } from "../../../codegen/wasm/assembler.ts";
import { emitRowAddresses, loadLanes } from "../../../codegen/wasm/emit.ts";
import { hoistsLoads, vectorsPerRegister } from "../../../codegen/wasm/tiles.ts";
import type { Target } from "../../../core/kernel.ts";
import { storeLanes } from "../direct/emit.ts";
import { type Transform, type TransformLocals, transformLocals, transformSquare } from "./transforms.ts";

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
export function emitTileTransform(name: string, shape: TileTransform, target: Target): FunctionBuilder {
  const { transform, from, to, channels, pixelBytes, plane } = shape;
  const f = new FunctionBuilder(name, ["i32", "i32", "i32", "i32"]);
  if (!hoistsLoads(target)) f.keepConstants();
  const [source, rowStep, results, half] = f.parameters as [Local, Local, Local, Local];
  const rows = [source, ...f.locals("i32", from - 1)];
  const end = f.local("i32");
  const width = vectorsPerRegister(target);
  const locals = transformLocals(f, width, from);

  const both = (lanes: number, of: TransformLocals) =>
    transformSquare(
      f,
      target.fusedMultiplyAdd,
      transform,
      of,
      { from, to, half },
      (which, row, column) => loadLanes(f, rows[row]!, lanes, column * pixelBytes + which * 16),
      (which, row, column, push) => {
        f.get(results);
        push();
        f.store("v128.store", (row * to + column) * plane + which * 16);
      },
    );
  const advance = (bytes: number) => {
    for (const row of [...rows, results]) f.advance(row, bytes);
  };
  const single = { vectors: locals.vectors.slice(0, 1), results: [] };

  emitRowAddresses(f, rows, rowStep);
  const step = width * 16;
  const whole = Math.floor(channels / (4 * width)) * step;
  if (whole > 0) {
    f.get(results).add(whole).set(end);
    f.loop(() => {
      both(4, locals);
      advance(step);
      f.get(results).get(end).op("i32.lt_u").branchIf(0);
    });
  }
  const left = channels - whole / 4;
  if (left >= 4) {
    both(4, single);
    if (left > 4) advance(16);
  }
  if (left % 4 > 0) both(left % 4, single);
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
    f.get(counter).add(start).get(first).op("i32.ge_s");
    f.get(counter).add(start).get(limit).op("i32.lt_s").op("i32.and");
  };
  const pixel = (read: (lanes: number) => void) => {
    if (whole > 0) {
      f.get(to).add(whole).set(end);
      f.loop(() => {
        f.get(to);
        read(4);
        f.store("v128.store").advance(at, 16);
        f.get(to).add(16).tee(to).get(end).op("i32.lt_u").branchIf(0);
      });
    }
    if (rest > 0) {
      read(rest);
      f.set(vector);
      storeLanes(f, to, vector, rest);
      f.advance(to, rest * 4);
    }
  };
  f.get(patch).set(to);
  f.for(row, 0, from, 1, () => {
    f.for(column, 0, from, 1, () => {
      f.get(source).get(row).mul(rowStep).op("i32.add").get(column).mul(pixelBytes).op("i32.add").set(at);
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
