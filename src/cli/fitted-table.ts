import stringWidth from "string-width";

export interface FittedColumn<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  readonly left?: boolean;
  /** Lowest first to go where the table is too wide; those without one stay. */
  readonly rank?: number;
  /** Names may be shortened to so many columns, before others go. */
  readonly least?: number;
}

/** Columns of the terminal, 100 where there is none. */
export const terminalWidth = () => process.stdout.columns ?? 100;

/**
 * Head, rule and rows as lines of at most `width` columns: names are shortened and the least important columns left out
 * where they don't fit. A row that is text goes across all columns.
 */
export function fittedTable<Row extends object>(
  rows: readonly (Row | string)[],
  columns: readonly FittedColumn<Row>[],
  width = terminalWidth(),
): string[] {
  let shown = columns.map((column) => ({
    ...column,
    cells: [column.title, ...rows.map((row) => (typeof row === "string" ? "" : column.cell(row)))],
  }));
  shown = shown.filter(({ cells }) => cells.slice(1).some((cell) => cell !== ""));
  const natural = ({ cells }: { readonly cells: readonly string[] }) =>
    Math.max(...cells.map((cell) => stringWidth(cell)));
  const least = (column: (typeof shown)[number]) => Math.min(natural(column), column.least ?? Infinity);
  const total = (sizes: readonly number[]) => sizes.reduce((sum, size) => sum + size + 2, -2);
  while (total(shown.map(least)) > width) {
    const lowest = Math.min(...shown.map(({ rank }) => rank ?? Infinity));
    if (lowest === Infinity) break;
    shown = shown.filter(({ rank }) => rank !== lowest);
  }
  let spare = Math.max(0, width - total(shown.map(least)));
  const sizes = shown.map((column) => {
    const size = Math.min(natural(column), least(column) + spare);
    spare -= size - least(column);
    return size;
  });
  const line = (at: number) =>
    shown
      .map(({ cells, left }, column) => {
        const cell = shortened(cells[at]!, sizes[column]!);
        const space = " ".repeat(Math.max(0, sizes[column]! - stringWidth(cell)));
        return left ? cell + space : space + cell;
      })
      .join("  ")
      .trimEnd();
  const body = rows.map((row, at) => (typeof row === "string" ? row : line(at + 1)));
  return [line(0), "─".repeat(Math.max(0, total(sizes))), ...body];
}

/** What is too much goes from the middle. */
function shortened(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  const head = Math.floor((width - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (width - 1 - head))}`;
}
