import type { AxisField, ReceptiveField } from "./receptive-field.ts";
import type { LayerRow, Summary } from "./summary.ts";

export interface TableOptions {
  /** Columns of the terminal. */
  readonly width?: number;
}

interface Column {
  readonly title: string;
  readonly cell: (row: LayerRow) => string;
  readonly total: (summary: Summary) => string;
  readonly left?: boolean;
  /** Lowest first to go where the table is too wide; those without one stay. */
  readonly rank?: number;
}

const group = (value: number) => value.toLocaleString("en-US");
const count = (value: number) => (value === 0 ? "-" : group(value));
const none = () => "";

const columns: readonly Column[] = [
  { title: "layer", cell: (row) => row.path || "(network)", total: () => "total", left: true },
  { title: "type", cell: typeOf, total: none, left: true, rank: 5 },
  { title: "output", cell: ({ outputShape }) => outputShape?.join("×") ?? "not called", total: none, left: true },
  { title: "parameters", cell: (row) => count(row.parameters), total: ({ totals }) => group(totals.parameters) },
  {
    title: "multiplications",
    cell: (row) => count(row.multiplications),
    total: ({ totals }) => group(totals.multiplications),
    rank: 2,
  },
  { title: "additions", cell: (row) => count(row.additions), total: ({ totals }) => group(totals.additions), rank: 1 },
  {
    title: "bias adds",
    cell: (row) => count(row.biasAdditions),
    total: ({ totals }) => group(totals.biasAdditions),
    rank: 1,
  },
  { title: "other", cell: (row) => otherOf(row.other), total: none, left: true, rank: 0 },
  { title: "MACs", cell: (row) => count(row.macs), total: ({ totals }) => group(totals.macs), rank: 3 },
  { title: "FLOPs", cell: (row) => count(row.flops), total: ({ totals }) => group(totals.flops) },
  { title: "field", cell: ({ receptiveField }) => fieldText(receptiveField), total: none, rank: 6 },
  { title: "stride", cell: ({ receptiveField }) => strideText(receptiveField), total: none, rank: 4 },
];

/** The layers as a table that fits the width: the least important columns are left out where it does not. */
export function summaryTable(summary: Summary, options: TableOptions = {}): string {
  const width = options.width ?? terminalWidth() ?? 100;
  let shown = columns.filter(
    ({ cell, rank }) => rank === undefined || summary.layers.some((row) => cell(row) !== "" && cell(row) !== "-"),
  );
  let table = layOut(summary, shown);
  while (table[0]!.length > width) {
    const ranks = shown.flatMap(({ rank }) => rank ?? []);
    if (ranks.length === 0) break;
    const lowest = Math.min(...ranks);
    shown = shown.filter(({ rank }) => rank !== lowest);
    table = layOut(summary, shown);
  }
  return [`${summary.name} on [${summary.inputShape.join(", ")}]`, ...table].map((line) => line.trimEnd()).join("\n");
}

/** Title, rule, rows, rule, totals: all of one length. */
function layOut(summary: Summary, shown: readonly Column[]): string[] {
  const cells = [
    shown.map(({ title }) => title),
    ...summary.layers.map((row) => shown.map(({ cell }) => cell(row))),
    shown.map(({ total }) => total(summary)),
  ];
  const widths = shown.map((_, at) => Math.max(...cells.map((row) => row[at]!.length)));
  const lines = cells.map((row) =>
    row.map((cell, at) => (shown[at]!.left ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join("  "),
  );
  const rule = "─".repeat(lines[0]!.length);
  return [lines[0]!, rule, ...lines.slice(1, -1), rule, lines.at(-1)!];
}

/** A module that has layers inside shows which ops it does itself. */
function typeOf({ description, type, ops, path }: LayerRow): string {
  if (description !== type && path !== "") return description;
  const counts = new Map<string, number>();
  for (const op of ops) counts.set(op, (counts.get(op) ?? 0) + 1);
  const own = [...counts].map(([op, times]) => (times > 1 ? `${times} ${op}` : op)).join(", ");
  return own === "" || own.toLowerCase() === type.toLowerCase() ? description : `${description}: ${own}`;
}

function otherOf(other: Readonly<Record<string, number>>): string {
  return Object.entries(other)
    .filter(([, times]) => times > 0)
    .map(([kind, times]) => `${group(times)} ${kind}`)
    .join(", ");
}

/** "17", "17×9" where height and width differ, "5-7" where it changes with the position. */
function fieldText(field: ReceptiveField | null): string {
  if (!field) return "-";
  return both(field, ({ whole, smallest, largest }) =>
    whole ? "whole" : smallest === largest ? `${largest}` : `${smallest}-${largest}`,
  );
}

function strideText(field: ReceptiveField | null): string {
  return field ? both(field, ({ whole, stride }) => (whole ? "-" : fraction(stride))) : "-";
}

function both({ height, width }: ReceptiveField, text: (axis: AxisField) => string): string {
  const [rows, columns] = [text(height), text(width)];
  return rows === columns ? rows : `${rows}×${columns}`;
}

/** A stride below 1 as it is thought of: 1/3. */
function fraction(value: number): string {
  const inverse = 1 / value;
  if (value < 1 && Math.abs(inverse - Math.round(inverse)) < 1e-9) return `1/${Math.round(inverse)}`;
  return `${Number(value.toFixed(3))}`;
}

function terminalWidth(): number | undefined {
  return (globalThis as { process?: { stdout?: { columns?: number } } }).process?.stdout?.columns;
}
