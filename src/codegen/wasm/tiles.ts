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
  const parts = Math.ceil(count / size);
  const small = Math.floor(count / parts);
  const larger = count - small * parts;
  return Array.from({ length: parts }, (_, index) => (index < larger ? small + 1 : small));
}

/** Whether the tile that the probe found is one of a V8 that loads all scalars of a step before it uses any. */
export function hoistsLoads({ tile: [rows, columns] }: Target): boolean {
  return (rows * columns) / 4 + rows + columns / 4 <= 15;
}

/**
 * Whether V8 keeps the accumulators of such a tile in its 15 registers. The tile that the probe found fastest tells which
 * of its habits is at work: older versions load all rows' scalars first, newer ones one at a time, and the 256-bit
 * revectorizer puts two vectors into one register.
 */
function fits({ rows, vectors }: Tile, target: Target): boolean {
  const limit = target.fusedMultiplyAdd ? 15 : 14;
  const [probedRows, probedColumns] = target.tile;
  const probed = probedColumns / 4;
  if (hoistsLoads(target)) return rows * vectors + rows + vectors <= limit;
  if (probedRows * probed + probed + 1 <= 15) return rows * vectors + vectors + 1 <= limit;
  return vectors % 2 === 0 && rows * (vectors / 2) + vectors / 2 + 1 <= limit;
}

/** Cycles of one step of a tile, roughly: two multiply-adds a cycle, four cycles until a sum can be added to again. */
function cycles({ rows, vectors }: Tile): number {
  return Math.max((rows * vectors) / 2, 4, (rows * vectors + rows + vectors + 4) / 5) + 0.25;
}

/** The cycles that `rows` by `vectors` take in even parts of at most this tile. */
function totalCycles(rows: number, vectors: number, tile: Tile): number {
  let sum = 0;
  for (const r of evenParts(rows, tile.rows)) {
    for (const v of evenParts(vectors, tile.vectors)) sum += cycles({ rows: r, vectors: v });
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
      const sum = totalCycles(rows, vectors, tile);
      if (sum < best.cycles) best = { ...tile, cycles: sum };
    }
  }
  return best;
}
