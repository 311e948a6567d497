import type { Target } from "../../core/kernel.ts";

/** A register tile: scalars splatted down its rows, vectors of four along its columns. */
export interface Tile {
  readonly rows: number;
  readonly vectors: number;
}

const mostRows = 12;
const mostVectors = 8;

/** `count` in the fewest parts of at most `size`, as even as can be: two sizes at most, the larger first. */
export function evenParts(count: number, size: number): number[] {
  return partSizes(count, size).flatMap((each) => new Array<number>(each.parts).fill(each.size));
}

/** How many of evenParts have each size. */
function partSizes(count: number, size: number): { readonly size: number; readonly parts: number }[] {
  const parts = Math.ceil(count / size);
  const small = Math.floor(count / parts);
  const larger = count - small * parts;
  return [
    { size: small + 1, parts: larger },
    { size: small, parts: parts - larger },
  ];
}

/** Whether the tile that the probe found is one of a V8 that loads all scalars of a step before it uses any. */
export function hoistsLoads({ tile: [rows, columns] }: Target): boolean {
  return (rows * columns) / 4 + rows + columns / 4 <= 15;
}

/**
 * Vectors that go side by side into one register: two where the tile is that of V8's 256-bit revectorizer. It joins
 * neighbours only where all that they load comes before what they store.
 */
export const vectorsPerRegister = ({ tile }: Target): 1 | 2 => (tile[1] >= 16 ? 2 : 1);

/** Registers that a row of a tile takes. */
const registers = (vectors: number, target: Target): number => Math.ceil(vectors / vectorsPerRegister(target));

/**
 * Whether V8 keeps the accumulators of such a tile in its 15 registers. The tile that the probe found fastest tells which
 * of its habits is at work: older versions load all rows' scalars first, newer ones one at a time.
 */
function fits({ rows, vectors }: Tile, target: Target): boolean {
  const width = registers(vectors, target);
  const scalars = hoistsLoads(target) ? rows : 1;
  return rows * width + width + scalars <= (target.fusedMultiplyAdd ? 15 : 14);
}

/** Cycles of one step of a tile, roughly: two multiply-adds a cycle, four cycles until a sum can be added to again. */
function cycles({ rows, vectors }: Tile, target: Target): number {
  const width = registers(vectors, target);
  return Math.max((rows * width) / 2, 4, (rows * width + rows + width + 4) / 5) + 0.25;
}

/** The cycles that `rows` by `vectors` take in even parts of at most this tile. */
function totalCycles(rows: number, vectors: number, tile: Tile, target: Target): number {
  let sum = 0;
  for (const r of partSizes(rows, tile.rows)) {
    for (const v of partSizes(vectors, tile.vectors)) {
      sum += r.parts * v.parts * cycles({ rows: r.size, vectors: v.size }, target);
    }
  }
  return sum;
}

/** The tile that covers `rows` by `vectors` in the fewest cycles, and how many those are. */
export function chooseTile(rows: number, vectors: number, target: Target): Tile & { readonly cycles: number } {
  let best = { rows: 1, vectors: 1, cycles: Number.POSITIVE_INFINITY };
  for (let r = 1; r <= Math.min(rows, mostRows); r++) {
    for (let v = 1; v <= Math.min(vectors, mostVectors); v++) {
      const tile = { rows: r, vectors: v };
      if (!fits(tile, target) && r * v > 1) continue;
      const sum = totalCycles(rows, vectors, tile, target);
      if (sum < best.cycles) best = { ...tile, cycles: sum };
    }
  }
  return best;
}

/** About `pieces` of them, and so that two threads end together; little work stays whole. */
export const evenPieces = (pieces: number): number => (pieces > 0.25 ? 2 * Math.ceil(pieces / 2) : 1);
