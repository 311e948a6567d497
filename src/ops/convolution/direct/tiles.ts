import { hoistsLoads, vectorsPerRegister } from "../../../codegen/wasm/tiles.ts";
import type { Target } from "../../../core/kernel.ts";

/** The vectors that a tile of `rows` pixels and `vectors` · 4 channels has in registers beside its sums. */
export interface StepShape {
  weights(vectors: number): number;
  reads(rows: number, vectors: number): number;
}

/** A row of the panel, and an input number of each pixel. */
export const splatStep: StepShape = { weights: (vectors) => vectors, reads: (rows) => rows };

/** `taps` of a kernel row, and the input pixels under them: those of neighbouring outputs overlap. */
export function depthwiseStep(taps: number, stride: number): StepShape {
  return {
    weights: (vectors) => vectors * taps,
    reads: (rows, vectors) => vectors * (taps === 1 ? rows : (rows - 1) * stride + taps),
  };
}

/** 15 registers are there. */
function fits(rows: number, vectors: number, target: Target, step: StepShape): boolean {
  const wide = vectors % 2 === 0 ? vectorsPerRegister(target) : 1;
  const held = (rows * vectors + step.weights(vectors)) / wide;
  return held + (hoistsLoads(target) ? step.reads(rows, vectors) : 1) + (target.fusedMultiplyAdd ? 0 : 1) <= 15;
}

/** The most pixels that a tile can have. */
export function tileRows(vectors: number, target: Target, step: StepShape): number {
  let rows = 1;
  while (rows < 8 && fits(rows + 1, vectors, target, step)) rows++;
  return rows;
}

/** Cuts `vectors` into panels so that their tiles do the least work: each panel row costs its loads and its multiply-adds. */
export function panelWidths(vectors: number, target: Target, step: StepShape): number[] {
  const widest = Math.max(3, target.tile[1] / 4);
  const cost = (width: number) => {
    const rows = tileRows(width, target, step);
    // A tile's step takes its multiply-adds, or four cycles of latency for up to eight of them, and its loads half.
    return (Math.max(8, rows * width) + 0.5 * (rows + width) + (width * 4 === target.tile[1] ? -0.5 : 0)) / rows;
  };
  const best: { cost: number; widths: number[] }[] = [{ cost: 0, widths: [] }];
  // Far from the end only the cheapest width for its columns matters: the table stays small.
  const favourite = Array.from({ length: widest }, (_, at) => at + 1).reduce((a, b) =>
    cost(b) / b < cost(a) / a ? b : a,
  );
  const tail = vectors > 24 ? vectors - favourite * Math.floor((vectors - 12) / favourite) : vectors;
  for (let total = 1; total <= tail; total++) {
    let found = { cost: Number.POSITIVE_INFINITY, widths: [] as number[] };
    for (let width = Math.min(widest, total); width >= 1; width--) {
      const before = best[total - width]!;
      if (before.cost + cost(width) < found.cost) {
        found = { cost: before.cost + cost(width), widths: [...before.widths, width] };
      }
    }
    best.push(found);
  }
  const front = new Array<number>((vectors - tail) / favourite).fill(favourite);
  // Wide panels first: only the last may be partly empty, and classes stay few.
  return [...front, ...best[tail]!.widths].sort((a, b) => b - a);
}
