import stringWidth from "string-width";
import { terminalColumns } from "./wrapped-text.ts";

export interface FittedColumn<Row> {
  readonly title: string;
  readonly cell: (row: Row, index: number) => string;
  /** Text to the left, numbers to the right. */
  readonly left?: boolean;
  /** Lowest first to go where the table is too wide; those without one stay. */
  readonly rank?: number;
  /** Which end of long text may be cut, when leaving out columns is not enough. */
  readonly cut?: "start" | "end";
}

/** Text is cut to no less; and it is cut to `wished` before another column is left out for it. */
const least = 8;
const wished = 18;
const gap = "  ";

/**
 * A title, a rule and the rows, no wider than `width` (that of the terminal, or 100, where left out): the least important
 * columns are left out, then long text is cut. A column of empty cells is no column; a row that is text goes across.
 */
export function fittedTable<Row extends object>(
  columns: readonly FittedColumn<Row>[],
  rows: readonly (Row | string)[],
  width = terminalColumns(),
): string {
  const cellOf =
    ({ cell }: FittedColumn<Row>) =>
    (row: Row | string, index: number) =>
      typeof row === "string" ? "" : cell(row, index);
  let shown = columns.map((column) => ({ ...column, cells: rows.map(cellOf(column)) }));
  shown = shown.filter(({ cells }) => rows.length === 0 || cells.some((cell) => cell !== ""));
  const widthOf = ({ title, cells }: (typeof shown)[number]) =>
    cells.reduce((most, cell) => Math.max(most, stringWidth(cell)), stringWidth(title));
  const total = (widths: readonly number[]) => widths.reduce((sum, each) => sum + each + gap.length, -gap.length);
  for (;;) {
    const ranks = shown.flatMap(({ rank }) => rank ?? []);
    const needed = shown.map((each) => (each.cut ? Math.min(wished, widthOf(each)) : widthOf(each)));
    if (total(needed) <= width || ranks.length === 0) break;
    const lowest = Math.min(...ranks);
    shown = shown.filter(({ rank }) => rank !== lowest);
  }
  const widths = shown.map(widthOf);
  for (let over = total(widths) - width; over > 0; over = total(widths) - width) {
    const longest = Math.max(...shown.map(({ cut }, at) => (cut && widths[at]! > least ? widths[at]! : 0)));
    if (longest === 0) break;
    widths[widths.findIndex((each, at) => each === longest && shown[at]!.cut)]!--;
  }
  const line = (texts: readonly string[]) =>
    texts
      .map((text, at) => {
        const { left, cut } = shown[at]!;
        const fitting = cut ? cutText(text, widths[at]!, cut) : text;
        const space = " ".repeat(Math.max(0, widths[at]! - stringWidth(fitting)));
        return left ? fitting + space : space + fitting;
      })
      .join(gap)
      .trimEnd();
  const lines = rows.map((row, index) =>
    typeof row === "string" ? row : line(shown.map(({ cells }) => cells[index]!)),
  );
  return [line(shown.map(({ title }) => title)), "─".repeat(Math.min(width, total(widths))), ...lines].join("\n");
}

function cutText(text: string, width: number, end: "start" | "end"): string {
  if (stringWidth(text) <= width) return text;
  const characters = [...text];
  while (stringWidth(characters.join("")) > width - 1) {
    if (end === "start") characters.shift();
    else characters.pop();
  }
  return end === "start" ? `…${characters.join("")}` : `${characters.join("")}…`;
}
