import type { FunctionBuilder, Local } from "../../codegen/wasm/assembler.ts";
import type { AxisTable } from "./axis-map.ts";

/** Zeros on both sides of a row in scratch memory: windows reach over its ends, with weights of 0. */
export const margin = 8;
const largestScale = 4;
const largestWindow = 6;

/** The inputs, counted from i, that output i · scale + phase reads: the same for each i. */
export type PhaseWindow = readonly [first: number, last: number];

export interface Phases {
  readonly windows: readonly PhaseWindow[];
  /** For each four inputs, each phase, each place of its window: the weights of four neighbouring outputs of the phase. */
  readonly weights: Float32Array;
}

/** An enlargement by a whole number as phases. Null where the outputs of a phase don't all read about the same neighbours. */
export function phasesOf({ starts, indices, weights, inputSize, outputSize }: AxisTable): Phases | null {
  const scale = outputSize / inputSize;
  if (!Number.isInteger(scale) || scale > largestScale) return null;
  const windows = Array.from({ length: scale }, (): [number, number] => [margin, -margin]);
  for (let output = 0; output < outputSize; output++) {
    const window = windows[output % scale]!;
    const origin = Math.floor(output / scale);
    for (let term = starts[output]!; term < starts[output + 1]!; term++) {
      const place = indices[term]! - origin;
      if (place < window[0]) window[0] = place;
      if (place > window[1]) window[1] = place;
    }
  }
  // Loads go up to three numbers past the last window.
  const fits = windows.every(
    ([from, to]) => from <= to && to - from < largestWindow && from >= -margin && to + 3 <= margin,
  );
  if (!fits) return null;
  const groups = Math.ceil(inputSize / 4);
  const firsts: number[] = [];
  let floats = 0;
  for (const [from, to] of windows) {
    firsts.push(floats);
    floats += 4 * (to - from + 1);
  }
  const table = new Float32Array(groups * floats);
  for (let output = 0; output < outputSize; output++) {
    const phase = output % scale;
    const origin = Math.floor(output / scale);
    const base = (origin >> 2) * floats + firsts[phase]! + (origin & 3);
    for (let term = starts[output]!; term < starts[output + 1]!; term++) {
      table[base + 4 * (indices[term]! - origin - windows[phase]![0])] = weights[term]!;
    }
  }
  return { windows, weights: table };
}

/**
 * A whole output row from the row at `source`. For four neighbouring inputs each phase is a vector of sums, and the phases
 * are stored interleaved:
 *
 *     phase 0   a0 a1 a2 a3
 *     phase 1   b0 b1 b2 b3   ->   a0 b0 a1 b1  a2 b2 a3 b3
 *
 * `spill`: room for the outputs of the last inputs, where they are fewer than four. `width`: outputs of the row.
 */
export function emitPhases(
  f: FunctionBuilder,
  windows: readonly PhaseWindow[],
  { source, target, weights, width, spill }: Record<"source" | "target" | "weights" | "width" | "spill", Local>,
): void {
  const scale = windows.length;
  const [at, place, factor, left] = f.locals("i32", 4) as [Local, Local, Local, Local];
  const sums = f.locals("v128", scale);
  const low = Math.min(...windows.map(([from]) => from));
  const high = Math.max(...windows.map(([, to]) => to));
  const neighbours = f.locals("v128", high - low + 1);
  const factors = windows.reduce((sum, [from, to]) => sum + to - from + 1, 0);
  const advance = (pointer: Local, bytes: number) => f.advance(pointer, bytes);
  const group = () => {
    for (const [index, neighbour] of neighbours.entries())
      f.get(at)
        .load("v128.load", 4 * index)
        .set(neighbour);
    let term = 0;
    for (const [phase, [from, to]] of windows.entries()) {
      for (let offset = from; offset <= to; offset++) {
        f.get(factor)
          .load("v128.load", 16 * term++)
          .get(neighbours[offset - low]!)
          .op("f32x4.mul");
        if (offset > from) f.get(sums[phase]!).op("f32x4.add");
        f.set(sums[phase]!);
      }
    }
    advance(at, 16);
    advance(factor, 16 * factors);
  };
  const storeAll = (address: Local) => {
    for (let vector = 0; vector < scale; vector++) {
      f.get(address);
      interleaved(f, sums, vector);
      f.store("v128.store", 16 * vector);
    }
  };

  f.get(source)
    .add(4 * low)
    .set(at);
  f.get(weights).set(factor).get(target).set(place);
  f.get(width).set(left);
  f.whileAtLeast(left, 4 * scale, () => {
    group();
    storeAll(place);
    advance(place, 16 * scale);
  });
  f.get(left).if(() => {
    group();
    storeAll(spill);
    f.get(spill).set(at);
    f.loop(() => {
      f.get(place).get(at).load("f32.load").store("f32.store");
      advance(place, 4);
      advance(at, 4);
      f.countDown(left);
    });
  });
}

/** Pushes vector number `vector` of the vectors' numbers in turn: a0 b0 c0 a1, b1 c1 a2 b2… */
function interleaved(f: FunctionBuilder, vectors: readonly Local[], vector: number): void {
  const count = vectors.length;
  const elements = [0, 1, 2, 3].map((lane) => 4 * vector + lane);
  const used = [...new Set(elements.map((element) => element % count))];
  f.get(vectors[used[0]!]!);
  for (let next = 1; next < Math.max(used.length, 2); next++) {
    const phase = used[next] ?? used[0]!;
    const lanes = elements.map((element, lane) => {
      const from = Math.floor(element / count);
      if (element % count === phase) return 4 + from;
      // The first shuffle takes from the vector itself, the next ones keep what is in place.
      return next === 1 ? from : lane;
    });
    f.get(vectors[phase]!).shuffleLanes(lanes as [number, number, number, number]);
  }
}
