import type { Summary } from "../summary.ts";
import type { TreeOptions, TreeRow } from "../summary-tree.ts";
import { type Column, columnsOf } from "./columns.ts";
import { padded, shortened, widthOf, wrapped } from "./fit.ts";
import { footOf, titleOf } from "./frame.ts";
import { rowsOf } from "./rows.ts";

export interface TableOptions extends TreeOptions {
  /** Columns of the terminal. */
  readonly width?: number;
}

const gap = "  ";

/**
 * The rows as a table that fits the width: the least important columns are left out, then long names shortened. Modules
 * stand as a tree, ops one below the other.
 */
export function summaryTable(summary: Summary, options: TableOptions = {}): string {
  const width = Math.max(1, options.width ?? terminalWidth() ?? 100);
  const rows = rowsOf(summary, options);
  const shown = columnsOf(summary, rows);
  const cells = new Map(shown.map((column) => [column, textsOf(column, rows)]));
  const widths = fitted(cells, width);
  const columns = shown.filter((column) => widths.has(column));
  const lines = [undefined, ...rows, undefined].map((_, at) =>
    columns
      .map((column) => {
        const size = widths.get(column)!;
        return padded(shortened(cells.get(column)![at]!, size), size, column.left ?? false);
      })
      .join(gap)
      .trimEnd(),
  );
  const rule = "─".repeat(Math.min(width, totalWidth([...widths.values()])));
  return [
    ...wrapped(titleOf(summary), width),
    lines[0]!,
    rule,
    ...lines.slice(1, -1),
    rule,
    lines.at(-1)!,
    ...footOf(summary).flatMap((text) => wrapped(text, width)),
  ].join("\n");
}

/** Title, rows and total; names stand below their group's, two spaces further right. */
function textsOf({ key, title, text, total }: Column, rows: readonly TreeRow[]): string[] {
  const indent = ({ depth }: TreeRow) => (key === "path" ? "  ".repeat(depth) : "");
  return [title, ...rows.map((row) => indent(row) + text(row)), total];
}

/** The columns that stay, with their widths. */
function fitted(cells: ReadonlyMap<Column, readonly string[]>, width: number): Map<Column, number> {
  const natural = new Map([...cells].map(([column, texts]) => [column, Math.max(...texts.map(widthOf))]));
  let columns = [...cells.keys()];
  const least = (column: Column) => Math.min(natural.get(column)!, column.least ?? Infinity);
  while (totalWidth(columns.map(least)) > width) {
    const lowest = Math.min(...columns.map(({ rank }) => rank ?? Infinity));
    if (lowest === Infinity) break;
    columns = columns.filter(({ rank }) => rank !== lowest);
  }
  const widths = new Map(columns.map((column) => [column, least(column)]));
  let spare = width - totalWidth([...widths.values()]);
  // The names that can be shortened share what is left, or what is too much.
  for (const column of columns) {
    if (column.least === undefined) continue;
    const size = widths.get(column)!;
    const grown = Math.max(1, Math.min(natural.get(column)!, size + spare));
    spare -= grown - size;
    widths.set(column, grown);
  }
  // A terminal too narrow for a single figure: what does not fit is cut.
  for (const column of columns.toReversed()) {
    if (spare >= 0) break;
    const size = widths.get(column)!;
    const cut = Math.min(size, -spare);
    spare += cut === size ? cut + gap.length : cut;
    if (cut === size) widths.delete(column);
    else widths.set(column, size - cut);
  }
  return widths;
}

const totalWidth = (widths: readonly number[]) =>
  widths.reduce((sum, each) => sum + each, gap.length * Math.max(0, widths.length - 1));

function terminalWidth(): number | undefined {
  return (globalThis as { process?: { stdout?: { columns?: number } } }).process?.stdout?.columns;
}
