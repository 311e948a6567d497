import type { Summary } from "../summary.ts";
import { flatRows, summaryTree, type TreeOptions, type TreeRow } from "../summary-tree.ts";

/** A tree of modules, or the rows of ops as they are. */
export function rowsOf(summary: Summary, options: TreeOptions): readonly TreeRow[] {
  return summary.rows === "ops" ? flatRows(summary) : summaryTree(summary, options);
}

/** Where a row stands on its own: the whole path. */
export function labelOf({ path, name, own }: TreeRow): string {
  if (path === "") return "(network)";
  return own ? `${path} ${name}` : path;
}
