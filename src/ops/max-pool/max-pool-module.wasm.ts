import { FunctionBuilder, type Local } from "../../codegen/wasm/assembler.ts";
import { encodeModule } from "../../codegen/wasm/module.ts";
import type { Target } from "../../core/kernel.ts";
import type { Windows } from "../pooling.ts";

/** `value` and `index` read x; `gather` reads a second full-size tensor; `gradient` writes one and reads a pooled one. */
export type PoolKind = "value" | "index" | "gather" | "gradient";

/** All that is compiled in. `lanes`: channels lie side by side, so that a vector is four channels of one pixel. */
export interface PoolCode {
  readonly kind: PoolKind;
  readonly windows: readonly [Windows, Windows];
  readonly channels: number;
  readonly lanes: boolean;
}

/** The argument block: three tensors (x, pooled, second full-size) as address and byte strides n, c, h, w; then sizes. */
export const poolArguments = ["x", "pooled", "full"] as const;

/** No window can reach outside: taps need no bounds. */
export const staysInside = (windows: readonly [Windows, Windows]) =>
  windows.every(({ padding, ceilMode }) => padding === 0 && !ceilMode);

/** No two windows share an element: each may be written without adding, and by any thread. */
export const isDisjoint = (windows: readonly [Windows, Windows]) =>
  windows.every(({ kernel, stride, dilation }) => dilation * (kernel - 1) < stride);

interface Tensor {
  readonly address: Local;
  readonly n: Local;
  readonly c: Local;
  readonly h: Local;
  readonly w: Local;
}

/** A number that goes with the tap: an address, or a position in the plane. */
interface Cursor {
  readonly base: Local;
  readonly stepH: Local;
  readonly stepW: Local | number;
}

export function emitPool(code: PoolCode, target: Target): Uint8Array<ArrayBuffer> {
  const { kind, channels, lanes } = code;
  const [down, across] = code.windows;
  const inside = staysInside(code.windows);
  const f = new FunctionBuilder("run", ["i32", "i32", "i32", "i32"]);
  const [block, first, last] = f.parameters as [Local, Local, Local];

  let word = 0;
  const argument = (): Local => {
    const local = f.local("i32");
    f.get(block)
      .load("i32.load", 4 * word++)
      .set(local);
    return local;
  };
  const tensor = (): Tensor => ({ address: argument(), n: argument(), c: argument(), h: argument(), w: argument() });
  const [x, pooled, full] = poolArguments.map(tensor) as [Tensor, Tensor, Tensor];
  const [height, width, outHeight, outWidth, bands, bandRows, fill] = Array.from({ length: 7 }, argument) as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];

  const i32 = () => f.local("i32");
  /** target = a · b + c */
  const multiplyAdd = (to: Local, a: Local | number, b: Local | number, c: Local | number) =>
    f.value(a).value(b).op("i32.mul").value(c).op("i32.add").set(to);
  const scaled = (a: Local, b: number): Local => {
    const local = i32();
    multiplyAdd(local, a, b, 0);
    return local;
  };
  const xStep = { stepH: scaled(x.h, down.dilation), stepW: scaled(x.w, across.dilation) };
  const fullStep = { stepH: scaled(full.h, down.dilation), stepW: scaled(full.w, across.dilation) };
  const flatStep = { stepH: scaled(width, down.dilation), stepW: across.dilation };

  const [piece, image, band, row, rowEnd, column, top, left, flat] = f.locals("i32", 9) as Local[] as [
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
  const [a0, a1, b0, b1, tapRow, tapColumn, tap] = f.locals("i32", 7) as Local[] as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  const atImage = f.locals("i32", 3);
  const atRow = f.locals("i32", 3);
  const at = f.locals("i32", 3) as [Local, Local, Local];
  const [xAt, pooledAt, fullAt] = at;

  /** Runs `body` for each tap of the window that is inside, with what each cursor has come to. */
  const eachTap = (cursors: readonly Cursor[], body: (at: Local[], tap: number | Local) => void) => {
    const rows = cursors.map(i32);
    const places = cursors.map(i32);
    if (inside) {
      for (const [which, cursor] of cursors.entries()) f.get(cursor.base).set(rows[which]!);
      for (let a = 0; a < down.kernel; a++) {
        for (const [which] of cursors.entries()) f.get(rows[which]!).set(places[which]!);
        for (let b = 0; b < across.kernel; b++) {
          body(places, a * across.kernel + b);
          if (b + 1 === across.kernel) break;
          for (const [which, { stepW }] of cursors.entries()) {
            f.get(places[which]!).value(stepW).op("i32.add").set(places[which]!);
          }
        }
        if (a + 1 === down.kernel) break;
        for (const [which, { stepH }] of cursors.entries()) {
          f.get(rows[which]!).get(stepH).op("i32.add").set(rows[which]!);
        }
      }
      return;
    }
    f.for(tapRow, a0, a1, 1, () => {
      for (const [which, { base, stepH }] of cursors.entries()) multiplyAdd(rows[which]!, tapRow, stepH, base);
      f.for(tapColumn, b0, b1, 1, () => {
        for (const [which, { stepW }] of cursors.entries()) multiplyAdd(places[which]!, tapColumn, stepW, rows[which]!);
        multiplyAdd(tap, tapRow, across.kernel, tapColumn);
        body(places, tap);
      });
    });
  };

  /** The value of `cursor` at the window's first tap. */
  const pushFirst = ({ base, stepH, stepW }: Cursor) => {
    f.get(base);
    if (!inside) f.get(a0).get(stepH).op("i32.mul").op("i32.add").get(b0).value(stepW).op("i32.mul").op("i32.add");
  };
  /** Some of the window is inside: only a dilated one can jump over the whole input. */
  const pushAny = () => f.get(a0).get(a1).op("i32.lt_s").get(b0).get(b1).op("i32.lt_s").op("i32.and");

  /** One pixel, `count` vectors of channels; `wide`: of four channels, else of one. */
  const window = (count: number, wide: boolean) => {
    const load = (address: Local, u: number) => f.get(address).load(wide ? "v128.load" : "v128.load32_zero", 16 * u);
    const store = (address: Local, u: number, value: Local) => {
      f.get(address).get(value);
      if (wide) f.load("v128.store", 16 * u);
      else f.laneMemory("v128.store32_lane", 0, 16 * u);
    };
    const range = Array.from({ length: count }, (_, u) => u);
    const best = range.map(() => f.local("v128"));
    const held = range.map(() => f.local("v128"));
    const value = f.local("v128");
    const mask = f.local("v128");
    const xCursor: Cursor = { base: xAt, ...xStep };
    const fullCursor: Cursor = { base: fullAt, ...fullStep };
    for (const u of range) f.f32x4(Number.NEGATIVE_INFINITY).set(best[u]!);

    if (kind === "value") {
      eachTap([xCursor], ([place]) => {
        for (const u of range) {
          f.get(best[u]!);
          load(place!, u).op("f32x4.max").set(best[u]!);
        }
      });
      for (const u of range) store(pooledAt, u, best[u]!);
      return;
    }

    /** Where the loaded value is above the best or NaN, it becomes the best, and what `push` pushes is held. */
    const take = (place: Local, push: (u: number) => void) => {
      for (const u of range) {
        load(place, u).tee(value).get(best[u]!).op("f32x4.gt");
        f.get(value).get(value).op("f32x4.ne").op("v128.or").set(mask);
        f.get(value).get(best[u]!).get(mask).op("v128.bitselect").set(best[u]!);
        push(u);
        f.get(held[u]!).get(mask).op("v128.bitselect").set(held[u]!);
      }
    };
    if (kind === "index") {
      const position: Cursor = { base: flat, ...flatStep };
      const start = i32();
      pushFirst(position);
      if (!inside) {
        f.i32(-1);
        pushAny().op("select");
      }
      f.set(start);
      for (const u of range) f.get(start).op("i32x4.splat").set(held[u]!);
      eachTap([xCursor, position], ([place, number]) => take(place!, () => f.get(number!).op("i32x4.splat")));
      for (const u of range) store(pooledAt, u, held[u]!);
    } else if (kind === "gather") {
      const start = i32();
      pushFirst(fullCursor);
      f.set(start);
      const loadStart = () => {
        for (const u of range) load(start, u).set(held[u]!);
      };
      for (const u of range) f.f32x4(0).set(held[u]!);
      if (inside) loadStart();
      else pushAny().if(loadStart);
      eachTap([xCursor, fullCursor], ([place, other]) => take(place!, (u) => load(other!, u)));
      for (const u of range) store(pooledAt, u, held[u]!);
    } else {
      const pushTap = (number: number | Local) =>
        typeof number === "number" ? f.i32x4(number) : f.get(number).op("i32x4.splat");
      if (inside) for (const u of range) f.i32x4(0).set(held[u]!);
      else
        for (const u of range)
          f.get(a0).i32(across.kernel).op("i32.mul").get(b0).op("i32.add").op("i32x4.splat").set(held[u]!);
      eachTap([xCursor], ([place], number) => take(place!, () => pushTap(number)));
      const grads = best;
      for (const u of range) load(pooledAt, u).set(grads[u]!);
      const disjoint = isDisjoint(code.windows);
      eachTap([fullCursor], ([place], number) => {
        pushTap(number).set(mask);
        for (const u of range) {
          f.get(grads[u]!).get(held[u]!).get(mask).op("i32x4.eq").op("v128.and");
          if (!disjoint) load(place!, u).op("f32x4.add");
          f.set(value);
          store(place!, u, value);
        }
      });
    }
  };

  const advance = (bytes: number) => {
    for (const each of at) f.get(each).i32(bytes).op("i32.add").set(each);
  };
  /** All channels of one pixel, four vectors at a time. */
  const pixel = () => {
    if (!lanes) return window(1, false);
    const group = kind === "value" ? 4 : 2;
    const groups = Math.floor(channels / (4 * group));
    const vectors = Math.floor((channels % (4 * group)) / 4);
    const counter = i32();
    if (groups > 0) {
      f.for(counter, 0, groups, 1, () => {
        window(group, true);
        advance(16 * group);
      });
    }
    if (vectors > 0) {
      window(vectors, true);
      advance(16 * vectors);
    }
    if (channels % 4 > 0) {
      f.for(counter, 0, channels % 4, 1, () => {
        window(1, false);
        advance(4);
      });
    }
  };

  /** Taps [from, to) of a window that begins at `start` which are inside `size`. */
  const clip = (start: Local, size: Local, { kernel, dilation }: Windows, from: Local, to: Local) => {
    f.i32(dilation - 1)
      .get(start)
      .op("i32.sub")
      .tee(from)
      .i32(dilation)
      .op("i32.div_s")
      .i32(0);
    f.get(from).i32(dilation).op("i32.ge_s").op("select").set(from);
    f.get(size)
      .get(start)
      .op("i32.sub")
      .i32(dilation - 1)
      .op("i32.add")
      .i32(dilation)
      .op("i32.div_s")
      .tee(to)
      .i32(kernel);
    f.get(to).i32(kernel).op("i32.lt_s").op("select").set(to);
  };

  const tensors = [x, pooled, full] as const;
  const rowsOfBand = (base: readonly Local[]) => {
    f.for(row, band, rowEnd, 1, () => {
      multiplyAdd(top, row, down.stride, -down.padding);
      if (!inside) clip(top, height, down, a0, a1);
      for (const [which, { h }] of tensors.entries()) {
        multiplyAdd(atRow[which]!, which === 1 ? row : top, h, base[which]!);
      }
      f.for(column, 0, outWidth, 1, () => {
        multiplyAdd(left, column, across.stride, -across.padding);
        if (!inside) clip(left, width, across, b0, b1);
        for (const [which, { w }] of tensors.entries()) {
          multiplyAdd(at[which]!, which === 1 ? column : left, w, atRow[which]!);
        }
        if (kind === "index") multiplyAdd(flat, top, width, left);
        pixel();
      });
    });
  };

  /** Zeroes the rows of the gradient that belong to this band: from its first window's to the next band's. */
  const zeroRows = (base: Local, spread: number) => {
    const [from, to, y, rowAt, x0, place] = f.locals("i32", 6) as Local[] as [Local, Local, Local, Local, Local, Local];
    multiplyAdd(from, band, down.stride, -down.padding);
    f.i32(0).get(from).get(band).op("i32.eqz").op("select").set(from);
    multiplyAdd(to, rowEnd, down.stride, -down.padding);
    f.get(height).get(to).get(rowEnd).get(outHeight).op("i32.eq").op("select").set(to);
    f.for(y, from, to, 1, () => {
      multiplyAdd(rowAt, y, full.h, base);
      f.for(x0, 0, width, 1, () => {
        multiplyAdd(place, x0, full.w, rowAt);
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

  f.for(piece, first, last, 1, () => {
    f.get(piece).get(bands).op("i32.div_u").set(image);
    f.get(piece).get(bands).op("i32.rem_u").get(bandRows).op("i32.mul").tee(band);
    f.get(bandRows)
      .op("i32.add")
      .tee(rowEnd)
      .get(outHeight)
      .get(rowEnd)
      .get(outHeight)
      .op("i32.lt_s")
      .op("select")
      .set(rowEnd);
    for (const [which, { address, n }] of tensors.entries()) multiplyAdd(atImage[which]!, image, n, address);
    const plane = (base: readonly Local[]) => {
      if (kind === "gradient") f.get(fill).if(() => zeroRows(base[2]!, lanes ? channels : 1));
      rowsOfBand(base);
    };
    if (lanes) return plane(atImage);
    const channel = i32();
    f.for(channel, 0, channels, 1, () => {
      plane(atImage);
      for (const [which, { c }] of tensors.entries()) f.get(atImage[which]!).get(c).op("i32.add").set(atImage[which]!);
    });
  });
  return encodeModule([f], target.memory);
}
