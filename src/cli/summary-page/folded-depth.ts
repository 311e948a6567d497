import type { TreeRow } from "../../analysis/index.ts";

/** Groups from this depth on are folded at first, so that a big network is read from above: as deep as `most` rows go. */
export function foldedDepth(rows: readonly TreeRow[], most = 120): number {
  const deepest = Math.max(0, ...rows.map(({ depth }) => depth));
  for (let depth = deepest; depth > 1; depth--) {
    if (rows.filter((row) => row.depth <= depth).length <= most) return depth;
  }
  return Math.min(1, deepest);
}
