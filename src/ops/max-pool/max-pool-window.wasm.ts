import type { FunctionBuilder, Local } from "../../codegen/wasm/assembler.ts";
import type { Windows } from "../pooling.ts";

/** `value` and `index` read x; `gather` reads a second full-size tensor; `gradient` writes one and reads a pooled one. */
export type PoolKind = "value" | "index" | "gather" | "gradient";

/** All that is compiled in. */
export interface PoolCode {
  readonly kind: PoolKind;
  readonly windows: readonly [Windows, Windows];
  readonly channels: number;
  /** Channels of the full-size tensors lie side by side: a vector is four channels of one pixel. */
  readonly lanes: boolean;
  /** The same of the pooled tensor: else its four channels are fetched one by one. */
  readonly pooledLanes: boolean;
}

const unrolledTaps = 16;

/** No window can reach outside, and there are few taps: they are written out, without bounds. */
export const isUnrolled = (windows: readonly [Windows, Windows]) =>
  windows.every(({ padding, ceilMode }) => padding === 0 && !ceilMode) &&
  windows[0].kernel * windows[1].kernel <= unrolledTaps;

/** No two windows share an element: each may be written without adding, and by any thread. */
export const isDisjoint = (windows: readonly [Windows, Windows]) =>
  windows.every(({ kernel, stride, dilation }) => dilation * (kernel - 1) < stride);

/** A number that goes with the tap: an address, or a position in the plane. */
export interface Cursor {
  /** Its value at tap (0, 0), which may be outside. */
  readonly base: Local;
  readonly stepH: Local;
  readonly stepW: Local | number;
}

/** The variables that the window at hand is found in. */
export interface WindowState {
  readonly x: Cursor;
  readonly full: Cursor;
  /** The position in the plane. */
  readonly flat: Cursor;
  readonly pooled: Local;
  readonly pooledChannel: Local;
  /** Taps [from, to) that are inside, by axis: unset where taps are unrolled. */
  readonly rows: readonly [from: Local, to: Local];
  readonly columns: readonly [from: Local, to: Local];
}

/** to = a · b + c */
export function multiplyAdd(
  f: FunctionBuilder,
  to: Local,
  a: Local | number,
  b: Local | number,
  c: Local | number,
): void {
  f.value(a).mul(b).add(c).set(to);
}

/** Emits the work on one window for `count` vectors of channels; `wide`: of four channels, else of one. */
export function emitWindow(f: FunctionBuilder, code: PoolCode, state: WindowState, count: number, wide: boolean): void {
  const { kind } = code;
  const range = Array.from({ length: count }, (_, u) => u);
  const best = f.locals("v128", count);
  const held = f.locals("v128", count);
  const [value, mask] = f.locals("v128", 2) as [Local, Local];
  const taps = tapsOf(f, code, state);
  const load = (address: Local, u: number) => f.get(address).load(wide ? "v128.load" : "v128.load32_zero", 16 * u);
  const store = (address: Local, u: number, from: Local) => {
    f.get(address).get(from);
    if (wide) f.load("v128.store", 16 * u);
    else f.laneMemory("v128.store32_lane", 0);
  };
  const lanesApart = wide && !code.pooledLanes;
  const address = f.local("i32");
  const next = () => f.advance(address, state.pooledChannel);

  const storePooled = (vectors: readonly Local[]) => {
    f.get(state.pooled).set(address);
    for (const u of range) {
      if (!lanesApart) store(address, u, vectors[u]!);
      for (let lane = 0; lanesApart && lane < 4; lane++) {
        f.get(address).get(vectors[u]!).laneMemory("v128.store32_lane", lane);
        next();
      }
    }
  };
  const loadPooled = (vectors: readonly Local[]) => {
    f.get(state.pooled).set(address);
    for (const u of range) {
      if (!lanesApart) load(address, u).set(vectors[u]!);
      for (let lane = 0; lanesApart && lane < 4; lane++) {
        f.get(address).get(vectors[u]!).laneMemory("v128.load32_lane", lane).set(vectors[u]!);
        next();
      }
    }
  };
  /** Where the value at `place` is above the best or NaN, it becomes the best, and what `push` pushes is held. */
  const take = (place: Local, push: (u: number) => void) => {
    for (const u of range) {
      load(place, u).tee(value).get(best[u]!).op("f32x4.gt");
      f.get(value).get(value).op("f32x4.ne").op("v128.or").set(mask);
      f.get(value).get(best[u]!).get(mask).op("v128.bitselect").set(best[u]!);
      push(u);
      f.get(held[u]!).get(mask).op("v128.bitselect").set(held[u]!);
    }
  };

  for (const u of range) f.f32x4(Number.NEGATIVE_INFINITY).set(best[u]!);
  if (kind === "value") {
    // f32x4.max takes eight instructions where processors drop NaN: three do, with a mask of the lanes that saw one.
    for (const u of range) f.f32x4(0).set(held[u]!);
    taps.each([state.x], ([place]) => {
      for (const u of range) {
        load(place!, u).set(value);
        f.get(best[u]!).get(value).op("f32x4.pmax").set(best[u]!);
        f.get(held[u]!).get(value).get(value).op("f32x4.ne").op("v128.or").set(held[u]!);
      }
    });
    for (const u of range) f.get(best[u]!).get(held[u]!).op("v128.or").set(best[u]!);
    storePooled(best);
  } else if (kind === "index") {
    taps.pushFirst(state.flat, -1);
    f.set(address);
    for (const u of range) f.get(address).op("i32x4.splat").set(held[u]!);
    taps.each([state.x, state.flat], ([place, flat]) => take(place!, () => f.get(flat!).op("i32x4.splat")));
    storePooled(held);
  } else if (kind === "gather") {
    // Address -1 stands for "no tap inside".
    taps.pushFirst(state.full, -1);
    f.set(address);
    for (const u of range) f.f32x4(0).set(held[u]!);
    f.get(address)
      .i32(-1)
      .op("i32.ne")
      .if(() => {
        for (const u of range) load(address, u).set(held[u]!);
      });
    taps.each([state.x, state.full], ([place, other]) => take(place!, (u) => load(other!, u)));
    storePooled(held);
  } else {
    taps.pushFirstNumber();
    f.set(address);
    for (const u of range) f.get(address).op("i32x4.splat").set(held[u]!);
    const pushTap = (number: number | Local) =>
      typeof number === "number" ? f.i32x4(number) : f.get(number).op("i32x4.splat");
    taps.each([state.x], ([place], number) => take(place!, () => pushTap(number)));
    const grads = best;
    loadPooled(grads);
    const adds = !isDisjoint(code.windows);
    taps.each([state.full], ([place], number) => {
      pushTap(number).set(mask);
      for (const u of range) {
        f.get(grads[u]!).get(held[u]!).get(mask).op("i32x4.eq").op("v128.and");
        if (adds) load(place!, u).op("f32x4.add");
        f.set(value);
        store(place!, u, value);
      }
    });
  }
}

function tapsOf(f: FunctionBuilder, code: PoolCode, { rows, columns }: WindowState) {
  const [down, across] = code.windows;
  const unrolled = isUnrolled(code.windows);
  const [row, column, tap] = f.locals("i32", 3) as [Local, Local, Local];
  const move = (locals: readonly Local[], steps: readonly (Local | number)[]) => {
    for (const [which, local] of locals.entries()) f.advance(local, steps[which]!);
  };
  return {
    /** Runs `body` for each tap inside, with its number and what each cursor has come to. */
    each(cursors: readonly Cursor[], body: (at: readonly Local[], tap: number | Local) => void): void {
      const starts = f.locals("i32", cursors.length);
      const places = f.locals("i32", cursors.length);
      if (!unrolled) {
        f.for(row, rows[0], rows[1], 1, () => {
          for (const [which, { base, stepH }] of cursors.entries()) multiplyAdd(f, starts[which]!, row, stepH, base);
          f.for(column, columns[0], columns[1], 1, () => {
            for (const [which, { stepW }] of cursors.entries()) {
              multiplyAdd(f, places[which]!, column, stepW, starts[which]!);
            }
            multiplyAdd(f, tap, row, across.kernel, column);
            body(places, tap);
          });
        });
        return;
      }
      for (const [which, { base }] of cursors.entries()) f.get(base).set(starts[which]!);
      for (let a = 0; a < down.kernel; a++) {
        for (const which of cursors.keys()) f.get(starts[which]!).set(places[which]!);
        for (let b = 0; b < across.kernel; b++) {
          body(places, a * across.kernel + b);
          if (b + 1 < across.kernel)
            move(
              places,
              cursors.map(({ stepW }) => stepW),
            );
        }
        if (a + 1 < down.kernel)
          move(
            starts,
            cursors.map(({ stepH }) => stepH),
          );
      }
    },
    /** Pushes the cursor at the first tap inside, or `none`: a dilated window can jump over the whole input. */
    pushFirst({ base, stepH, stepW }: Cursor, none: number): void {
      f.get(base);
      if (unrolled) return;
      f.get(rows[0]).mul(stepH).op("i32.add").get(columns[0]).mul(stepW).op("i32.add");
      f.i32(none);
      f.get(rows[0]).get(rows[1]).op("i32.lt_s").get(columns[0]).get(columns[1]).op("i32.lt_s").op("i32.and");
      f.op("select");
    },
    /** Pushes the number of the first tap inside. */
    pushFirstNumber(): void {
      if (unrolled) f.i32(0);
      else f.get(rows[0]).mul(across.kernel).add(columns[0]);
    },
  };
}
