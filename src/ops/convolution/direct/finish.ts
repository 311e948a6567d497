import { FunctionBuilder, type Local } from "../../../codegen/wasm/assembler.ts";
import { emitTranspose4x4, loadArguments, loadLanes } from "../../../codegen/wasm/emit.ts";
import { emitExpressions } from "../../../codegen/wasm/expression.ts";
import { VectorPool } from "../../../codegen/wasm/math.ts";
import { vectorsPerRegister } from "../../../codegen/wasm/tiles.ts";
import type { Expression } from "../../../core/expression.ts";
import type { Argument, Layout, Target } from "../../../core/kernel.ts";
import { storeLanes } from "./emit.ts";
import type { PanelClass } from "./problem.ts";

/**
 * How a tensor's channels lie: behind each other, all in one place, or where a table of byte offsets tells. In "planes" the
 * table's channels have their pixels behind each other.
 */
export type ChannelMode = "vector" | "splat" | "table" | "planes";

export function channelMode({ channelOffsets, strides }: Layout, channels: number): ChannelMode {
  if (channelOffsets) return "table";
  if (channels === 1 || strides[1] === 1) return "vector";
  if (strides[1] === 0) return "splat";
  return strides[3] === 1 ? "planes" : "table";
}

/** Byte offsets of the channels. */
function channelTable(layout: Layout, channels: number): Int32Array {
  return Int32Array.from({ length: channels }, (_, c) => 4 * (layout.channelOffsets?.[c] ?? c * layout.strides[1]!));
}

/** The words of the argument block that say where results, or an operand's numbers, lie. */
const placeNames = ["address", "batch", "row", "pixel", "table"] as const;

/** Those words; `tables` takes a table of channel offsets where the layout needs one. */
export function placeArguments(
  layout: Layout,
  buffer: "output" | "operand",
  index: number,
  channels: number,
  tables: Int32Array[],
): Argument[] {
  const mode = channelMode(layout, channels);
  const hasTable = mode === "table" || mode === "planes";
  const table: Argument = hasTable ? { buffer: "table", index: tables.length } : 0;
  if (hasTable) tables.push(channelTable(layout, channels));
  const [perBatch, , perRow, perPixel] = layout.strides as [number, number, number, number];
  return [{ buffer, index, offset: layout.offset }, perBatch * 4, perRow * 4, perPixel * 4, table];
}

/** How the output and each operand lie, with those words; the first is word `first` of the argument block. */
export const loadPlaces = (f: FunctionBuilder, modes: readonly ChannelMode[], first: number) =>
  modes.map((mode, which) => ({ mode, words: loadArguments(f, placeNames, first + which * placeNames.length) }));

export interface FinishShape {
  readonly name: string;
  readonly kind: PanelClass;
  readonly output: ChannelMode;
  readonly operands: readonly ChannelMode[];
  readonly expression: Expression | null;
  readonly target: Target;
}

/**
 * `finish(results, pixels, [address, step, table] of the output, the same of each operand)`: takes results from scratch
 * memory, applies the epilogue and stores them. An address is that of the first pixel (and, for "vector", of the panel's
 * first channel), `table` that of the panel's first channel.
 */
export function emitFinish({ name, kind, output, operands, expression, target }: FinishShape): FunctionBuilder {
  const f = new FunctionBuilder(name, [
    "i32",
    "i32",
    ...[output, ...operands].flatMap(() => ["i32", "i32", "i32"] as const),
  ]);
  const [results, pixels] = f.parameters as [Local, Local];
  const places = [output, ...operands].map((mode, which) => ({
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

  const lanesOf = (v: number) => Math.min(4, kind.lanes - v * 4);
  const compute = (v: number, pixel = 0, from = results): Local => {
    const pushInput = (index: number) => {
      if (index === 0) f.get(from).load("v128.load", (pixel * kind.vectors + v) * 16);
      else pushOperand(places[index]!, v, lanesOf(v));
    };
    if (expression) return emitExpressions(f, [expression], pushInput, target, pool)[0]!;
    const vector = pool.take();
    pushInput(0);
    f.set(vector);
    return vector;
  };
  const store = (v: number, vector: Local) => {
    const { mode, address, table } = places[0]!;
    if (mode === "vector") storeLanes(f, address, vector, lanesOf(v), v * 16);
    else {
      for (let lane = 0; lane < lanesOf(v); lane++) {
        pushPlace(address, table, v * 4 + lane);
        f.get(vector).laneMemory("v128.store32_lane", lane);
      }
    }
    pool.release(vector);
  };
  const width = vectorsPerRegister(target);

  /**
   * Four channels after four others, in each four pixels at a time, whose vectors are turned into the channels' vectors: planes
   * of a power of two of bytes share a few lines of the cache, which holds those of four, and writes each line once.
   */
  const fourPixels = () => {
    const { address, table } = places[0]!;
    const [count, from] = f.locals("i32", 2) as [Local, Local];
    const planes = f.locals("i32", 4);
    for (let v = 0; v < kind.vectors; v++) {
      f.get(pixels).i32(2).op("i32.shr_u").set(count);
      f.get(results).set(from);
      for (let lane = 0; lane < lanesOf(v); lane++) {
        pushPlace(address, table, v * 4 + lane);
        f.set(planes[lane]!);
      }
      f.loop(() => {
        const vectors = [0, 1, 2, 3].map((pixel) => compute(v, pixel, from));
        emitTranspose4x4(f, vectors, pool);
        for (let lane = 0; lane < lanesOf(v); lane++) {
          f.get(planes[lane]!).get(vectors[lane]!).store("v128.store");
          f.advance(planes[lane]!, 16);
        }
        pool.release(...vectors);
        f.advance(from, 4 * kind.vectors * 16);
        f.countDown(count);
      });
    }
    f.get(from).set(results);
    f.get(pixels).i32(-4).op("i32.and").i32(2).op("i32.shl").get(address).op("i32.add").set(address);
    f.get(pixels).i32(3).op("i32.and").set(pixels);
  };
  const onePixel = () => {
    for (let v = 0; v < kind.vectors; v += width) {
      const group = Array.from({ length: Math.min(width, kind.vectors - v) }, (_, which) => v + which);
      const vectors = group.map((each) => compute(each));
      for (const [which, vector] of vectors.entries()) store(group[which]!, vector);
    }
    for (const { address, step } of places) f.advance(address, step);
  };
  /** Four channels after four others, as above: their places are far from each other. */
  const scattered = () => {
    const { address, step, table } = places[0]!;
    const [count, from] = f.locals("i32", 2) as [Local, Local];
    const planes = f.locals("i32", 4);
    for (let v = 0; v < kind.vectors; v++) {
      f.get(pixels).set(count);
      f.get(results).set(from);
      for (let lane = 0; lane < lanesOf(v); lane++) {
        pushPlace(address, table, v * 4 + lane);
        f.set(planes[lane]!);
      }
      f.loop(() => {
        const vector = compute(v, 0, from);
        for (let lane = 0; lane < lanesOf(v); lane++) {
          f.get(planes[lane]!).get(vector).laneMemory("v128.store32_lane", lane);
          f.advance(planes[lane]!, step);
        }
        pool.release(vector);
        f.advance(from, kind.vectors * 16);
        f.countDown(count);
      });
    }
  };
  if (output === "table" && operands.length === 0) {
    f.get(pixels).if(scattered);
    return f;
  }
  if (output === "planes" && operands.length === 0) f.get(pixels).i32(4).op("i32.ge_s").if(fourPixels);
  f.get(pixels).if(() =>
    f.loop(() => {
      onePixel();
      f.advance(results, kind.vectors * 16);
      f.countDown(pixels);
    }),
  );
  return f;
}
