import { FunctionBuilder, type Local } from "../../codegen/wasm/assembler.ts";
import { loadArguments } from "../../codegen/wasm/emit.ts";
import { encodeModule } from "../../codegen/wasm/module.ts";
import type { Target } from "../../core/kernel.ts";
import type { Windows } from "../pooling.ts";
import {
  type Cursor,
  emitWindow,
  isUnrolled,
  multiplyAdd,
  type PoolCode,
  type WindowState,
} from "./max-pool-window.wasm.ts";

/** The argument block: three tensors (x, pooled, second full-size) as address and byte strides; then sizes. */
export const poolTensors = ["x", "pooled", "full"] as const;
const tensorWords = ["address", "n", "c", "h", "w"] as const;
export const poolSizes = ["height", "width", "outHeight", "outWidth", "bands", "bandRows", "fill"] as const;

/** Image by image and band by band: row, column, then all channels of the pixel; or plane by plane. */
export function emitPool(code: PoolCode, target: Target): Uint8Array<ArrayBuffer> {
  const { kind, channels, lanes } = code;
  const [down, across] = code.windows;
  const unrolled = isUnrolled(code.windows);
  const f = new FunctionBuilder("run", ["i32", "i32", "i32", "i32"]);
  const [, first, last] = f.parameters as [Local, Local, Local];
  const i32 = () => f.local("i32");

  const tensors = poolTensors.map((_, which) => loadArguments(f, tensorWords, which * tensorWords.length));
  const size = loadArguments(f, poolSizes, tensors.length * tensorWords.length);

  const atImage = f.locals("i32", 3);
  const atRow = f.locals("i32", 3);
  const at = f.locals("i32", 3);
  const flat = i32();
  const scaled = (a: Local, b: number): Local => {
    const local = i32();
    multiplyAdd(f, local, a, b, 0);
    return local;
  };
  const cursor = (which: number): Cursor => ({
    base: at[which]!,
    stepH: scaled(tensors[which]!.h, down.dilation),
    stepW: scaled(tensors[which]!.w, across.dilation),
  });
  const state: WindowState = {
    x: cursor(0),
    full: cursor(2),
    flat: { base: flat, stepH: scaled(size.width, down.dilation), stepW: across.dilation },
    pooled: at[1]!,
    pooledChannel: tensors[1]!.c,
    rows: [i32(), i32()],
    columns: [i32(), i32()],
  };

  const advance = (count: number) => {
    for (const [which, { c }] of tensors.entries()) multiplyAdd(f, at[which]!, c, count, at[which]!);
  };
  /** All channels of one pixel, a few vectors at a time. */
  const pixel = () => {
    if (!lanes) return emitWindow(f, code, state, 1, false);
    const group = kind === "value" ? 16 : 8;
    const counter = i32();
    const vectors = Math.floor((channels % group) / 4);
    if (channels >= group) {
      f.for(counter, 0, Math.floor(channels / group), 1, () => {
        emitWindow(f, code, state, group / 4, true);
        advance(group);
      });
    }
    if (vectors > 0) {
      emitWindow(f, code, state, vectors, true);
      advance(4 * vectors);
    }
    if (channels % 4 > 0) {
      f.for(counter, 0, channels % 4, 1, () => {
        emitWindow(f, code, state, 1, false);
        advance(1);
      });
    }
  };

  /** Taps [from, to) of a window that begins at `start` which are inside `limit`. */
  const clip = (start: Local, limit: Local, { kernel, dilation }: Windows, [from, to]: readonly [Local, Local]) => {
    f.i32(dilation - 1)
      .sub(start)
      .tee(from)
      .i32(dilation)
      .op("i32.div_s")
      .i32(0);
    f.get(from).i32(dilation).op("i32.ge_s").op("select").set(from);
    f.get(limit)
      .sub(start)
      .add(dilation - 1)
      .i32(dilation)
      .op("i32.div_s")
      .set(to);
    f.min(to, kernel).set(to);
  };

  const [piece, image, band, row, rowEnd, column, top, left] = Array.from({ length: 8 }, i32) as [
    ...[Local, Local, Local, Local],
    ...[Local, Local, Local, Local],
  ];
  const rowsOfBand = () => {
    f.for(row, band, rowEnd, 1, () => {
      multiplyAdd(f, top, row, down.stride, -down.padding);
      if (!unrolled) clip(top, size.height, down, state.rows);
      for (const [which, { h }] of tensors.entries()) {
        multiplyAdd(f, atRow[which]!, which === 1 ? row : top, h, atImage[which]!);
      }
      f.for(column, 0, size.outWidth, 1, () => {
        multiplyAdd(f, left, column, across.stride, -across.padding);
        if (!unrolled) clip(left, size.width, across, state.columns);
        for (const [which, { w }] of tensors.entries()) {
          multiplyAdd(f, at[which]!, which === 1 ? column : left, w, atRow[which]!);
        }
        if (kind === "index") multiplyAdd(f, flat, top, size.width, left);
        pixel();
      });
    });
  };

  /** Zeroes the rows of the gradient that belong to this band: from its first window's to the next band's. */
  const zeroRows = () => {
    const [from, to, y, rowAt, x, place] = f.locals("i32", 6) as [Local, Local, Local, Local, Local, Local];
    const full = tensors[2]!;
    const spread = lanes ? channels : 1;
    multiplyAdd(f, from, band, down.stride, -down.padding);
    f.i32(0).get(from).get(band).op("i32.eqz").op("select").set(from);
    multiplyAdd(f, to, rowEnd, down.stride, -down.padding);
    f.get(size.height).get(to).get(rowEnd).get(size.outHeight).op("i32.eq").op("select").set(to);
    f.for(y, from, to, 1, () => {
      multiplyAdd(f, rowAt, y, full.h, atImage[2]!);
      f.for(x, 0, size.width, 1, () => {
        multiplyAdd(f, place, x, full.w, rowAt);
        let channel = 0;
        for (; channel + 4 <= spread; channel += 4)
          f.get(place)
            .f32x4(0)
            .load("v128.store", 4 * channel);
        for (; channel < spread; channel++)
          f.get(place)
            .f32(0)
            .store("f32.store", 4 * channel);
      });
    });
  };
  const plane = () => {
    if (kind === "gradient") f.get(size.fill).if(zeroRows);
    rowsOfBand();
  };

  f.for(piece, first, last, 1, () => {
    f.get(piece).get(size.bands).op("i32.div_u").set(image);
    f.get(piece).get(size.bands).op("i32.rem_u").mul(size.bandRows).tee(band);
    f.add(size.bandRows).set(rowEnd);
    f.min(rowEnd, size.outHeight).set(rowEnd);
    for (const [which, { address, n }] of tensors.entries()) multiplyAdd(f, atImage[which]!, image, n, address);
    if (lanes) return plane();
    const channel = i32();
    f.for(channel, 0, channels, 1, () => {
      plane();
      for (const [which, { c }] of tensors.entries()) f.advance(atImage[which]!, c);
    });
  });
  return encodeModule([f], target.memory);
}
