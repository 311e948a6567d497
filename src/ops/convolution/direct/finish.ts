import { FunctionBuilder, type Local } from "../../../codegen/wasm/assembler.ts";
import { emitTranspose4x4, loadArguments, loadLanes } from "../../../codegen/wasm/emit.ts";
import { emitExpressions } from "../../../codegen/wasm/expression.ts";
import { VectorPool } from "../../../codegen/wasm/math.ts";
import { vectorsPerRegister } from "../../../codegen/wasm/tiles.ts";
import type { Argument, Layout } from "../../../core/kernel.ts";
import { plusProduct, storeLanes } from "./emit.ts";
import { lanesOf } from "./panel-step.ts";
import type { DirectProblem, PanelClass } from "./problem.ts";

/**
 * How a tensor's channels lie: behind each other, all in one place, or where a table of byte offsets tells. In "planes" the
 * table's channels have their pixels behind each other.
 */
export type ChannelMode = "vector" | "splat" | "table" | "planes";

function channelMode({ channelOffsets, strides }: Layout, channels: number): ChannelMode {
  if (channelOffsets) return "table";
  if (channels === 1 || strides[1] === 1) return "vector";
  if (strides[1] === 0) return "splat";
  return strides[3] === 1 ? "planes" : "table";
}

/** A problem's output, then the operands of its epilogue. */
const places = ({ output, epilogue }: DirectProblem): Layout[] => [output, ...(epilogue?.operands ?? [])];

/** How each of them lies. */
export const channelModes = (problem: DirectProblem): ChannelMode[] =>
  places(problem).map((layout) => channelMode(layout, problem.outputs));

/** Byte offsets of the channels. */
function channelTable(layout: Layout, channels: number): Int32Array {
  return Int32Array.from({ length: channels }, (_, c) => 4 * (layout.channelOffsets?.[c] ?? c * layout.strides[1]!));
}

/** The words of the argument block that say where results, or an operand's numbers, lie. */
const placeNames = ["address", "batch", "row", "pixel", "table"] as const;

/** Those words of each; `tables` takes a table of channel offsets where a layout needs one. */
export function placeArguments(problem: DirectProblem, tables: Int32Array[]): Argument[] {
  const modes = channelModes(problem);
  return places(problem).flatMap((layout, which): Argument[] => {
    const hasTable = modes[which] === "table" || modes[which] === "planes";
    const table: Argument = hasTable ? { buffer: "table", index: tables.length } : 0;
    if (hasTable) tables.push(channelTable(layout, problem.outputs));
    const [perBatch, , perRow, perPixel] = layout.strides as [number, number, number, number];
    const { offset } = layout;
    const address: Argument =
      which === 0 ? { buffer: "output", index: 0, offset } : { buffer: "operand", index: which - 1, offset };
    return [address, perBatch * 4, perRow * 4, perPixel * 4, table];
  });
}

/** How the output and each operand lie, with those words; the first is word `first` of the argument block. */
export const loadPlaces = (f: FunctionBuilder, modes: readonly ChannelMode[], first: number) =>
  modes.map((mode, which) => ({ mode, words: loadArguments(f, placeNames, first + which * placeNames.length) }));

export type Places = ReturnType<typeof loadPlaces>;

/** Where an output pixel is: its image, row and column, and the first channel of the panel. */
export interface PixelPlace {
  readonly n: Local;
  readonly y: Local;
  readonly x: Local;
  readonly channel: Local;
}

/** Pushes the address of a pixel, and of the panel's first channel where channels are a vector. */
export function pushAddress(
  f: FunctionBuilder,
  { mode, words }: Places[number],
  { n, y, x, channel }: PixelPlace,
): void {
  f.get(words.address);
  plusProduct(f, n, words.batch);
  plusProduct(f, y, words.row);
  plusProduct(f, x, words.pixel);
  if (mode === "vector") plusProduct(f, channel, 4);
}

/** Calls number `finish`, behind whose results and pixels come the places of the output and each operand. */
export function callFinish(f: FunctionBuilder, finish: number, places: Places, at: PixelPlace): void {
  for (const place of places) {
    pushAddress(f, place, at);
    f.get(place.words.pixel).get(place.words.table);
    plusProduct(f, at.channel, 4);
  }
  f.call(finish);
}

/**
 * `finish(results, pixels, [address, step, table] of the output, the same of each operand)`: takes results from scratch
 * memory, applies the epilogue and stores them. An address is that of the first pixel (and, for "vector", of the panel's
 * first channel), `table` that of the panel's first channel.
 */
export function emitFinish(name: string, kind: PanelClass, problem: DirectProblem): FunctionBuilder {
  const { target, epilogue } = problem;
  const modes = channelModes(problem);
  const f = new FunctionBuilder(name, ["i32", "i32", ...modes.flatMap(() => ["i32", "i32", "i32"] as const)]);
  const [results, pixels] = f.parameters as [Local, Local];
  const places = modes.map((mode, which) => ({
    mode,
    address: f.parameters[2 + which * 3]!,
    step: f.parameters[3 + which * 3]!,
    table: f.parameters[4 + which * 3]!,
  }));
  const pool = new VectorPool(f);

  const pushOperand = ({ mode, address, table }: (typeof places)[number], v: number, lanes: number) => {
    if (mode === "splat") f.get(address).load("v128.load32_splat");
    else if (mode === "vector") loadLanes(f, address, lanes, v * 16);
    else {
      const vector = pool.take();
      f.f32x4(0).set(vector);
      for (let lane = 0; lane < lanes; lane++) {
        pushPlace(address, table, v * 4 + lane);
        f.get(vector).laneMemory("v128.load32_lane", lane).set(vector);
      }
      f.get(vector);
      pool.release(vector);
    }
  };
  const pushPlace = (address: Local, table: Local, channel: number) => {
    f.get(address)
      .get(table)
      .load("i32.load", channel * 4)
      .op("i32.add");
  };

  const compute = (v: number, pixel = 0, from = results): Local => {
    const pushInput = (index: number) => {
      if (index === 0) f.get(from).load("v128.load", (pixel * kind.vectors + v) * 16);
      else pushOperand(places[index]!, v, lanesOf(kind, v));
    };
    if (epilogue) return emitExpressions(f, [epilogue.expression], pushInput, target, pool)[0]!;
    const vector = pool.take();
    pushInput(0);
    f.set(vector);
    return vector;
  };
  const store = (v: number, vector: Local) => {
    const { mode, address, table } = places[0]!;
    if (mode === "vector") storeLanes(f, address, vector, lanesOf(kind, v), v * 16);
    else {
      for (let lane = 0; lane < lanesOf(kind, v); lane++) {
        pushPlace(address, table, v * 4 + lane);
        f.get(vector).laneMemory("v128.store32_lane", lane);
      }
    }
    pool.release(vector);
  };
  const width = vectorsPerRegister(target);

  /**
   * Four channels after four others, of `size` pixels at a time: planes of a power of two of bytes share a few lines of the
   * cache, which holds those of four, and writes each line once. Four pixels' vectors are turned into the channels' vectors.
   */
  const byFour = (size: 1 | 4) => {
    const { address, step, table } = places[0]!;
    const [count, from] = f.locals("i32", 2) as [Local, Local];
    const planes = f.locals("i32", 4);
    for (let v = 0; v < kind.vectors; v++) {
      const lanes = planes.slice(0, lanesOf(kind, v));
      f.get(pixels)
        .i32(size >> 1)
        .op("i32.shr_u")
        .set(count);
      f.get(results).set(from);
      for (const [lane, plane] of lanes.entries()) {
        pushPlace(address, table, v * 4 + lane);
        f.set(plane);
      }
      f.loop(() => {
        const vectors = Array.from({ length: size }, (_, pixel) => compute(v, pixel, from));
        if (size > 1) emitTranspose4x4(f, vectors, pool);
        for (const [lane, plane] of lanes.entries()) {
          f.get(plane);
          if (size > 1) f.get(vectors[lane]!).store("v128.store");
          else f.get(vectors[0]!).laneMemory("v128.store32_lane", lane);
          f.advance(plane, size > 1 ? 16 : step);
        }
        pool.release(...vectors);
        f.advance(from, size * kind.vectors * 16);
        f.countDown(count);
      });
    }
    f.get(from).set(results);
  };
  const onePixel = () => {
    for (let v = 0; v < kind.vectors; v += width) {
      const group = Array.from({ length: Math.min(width, kind.vectors - v) }, (_, which) => v + which);
      const vectors = group.map((each) => compute(each));
      for (const [which, vector] of vectors.entries()) store(group[which]!, vector);
    }
    for (const { address, step } of places) f.advance(address, step);
  };
  const own = modes.length === 1 ? modes[0] : null;
  if (own === "table") {
    f.get(pixels).if(() => byFour(1));
    return f;
  }
  if (own === "planes") {
    f.get(pixels)
      .i32(4)
      .op("i32.ge_s")
      .if(() => {
        byFour(4);
        const { address } = places[0]!;
        f.get(pixels).i32(-4).op("i32.and").i32(2).op("i32.shl").get(address).op("i32.add").set(address);
        f.get(pixels).i32(3).op("i32.and").set(pixels);
      });
  }
  f.get(pixels).if(() =>
    f.loop(() => {
      onePixel();
      f.advance(results, kind.vectors * 16);
      f.countDown(pixels);
    }),
  );
  return f;
}
