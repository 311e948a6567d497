import type { ConventionName } from "../analysis/index.ts";
import { type FittedColumn, fittedTable } from "./fitted-table.ts";
import { bytesText, countText } from "./quantity.ts";
import type { Axis } from "./ranges.ts";
import { countedText, type MemorySetting } from "./run-memory.ts";
import { terminalColumns, wrappedText } from "./wrapped-text.ts";

/** What one combination costs; all null where it fails. */
export interface SweepRow {
  /** Its value on each axis. */
  readonly at: readonly number[];
  readonly inputShape: readonly number[] | null;
  readonly scale: number | null;
  readonly classes: number | null;
  readonly parameters: number | null;
  readonly macs: number | null;
  readonly flops: number | null;
  readonly activationBytes: number | null;
  /** What a run allocates. */
  readonly memoryBytes: number | null;
  readonly outputShape: readonly number[] | null;
  /** Pixels, before a global pooling; Infinity (null in JSON) for the whole input. */
  readonly field: number | null;
  readonly error: string | null;
}

export interface SweepResult extends MemorySetting {
  readonly model: string;
  readonly convention: ConventionName;
  readonly axes: readonly Axis[];
  readonly rows: readonly SweepRow[];
}

/** A line a combination, with a bar for its FLOPs and one for its memory. */
export function sweepText({ model, axes, rows, ...setting }: SweepResult): string {
  const varies = (name: string) => axes.some((axis) => axis.name === name);
  const widest = Math.max(...rows.map((row) => inputText(row).length));
  const columns: readonly FittedColumn<SweepRow>[] = [
    { title: "input", cell: (row) => inputText(row).padEnd(widest), left: true },
    { title: "scale", cell: ({ scale }) => (varies("scale") ? `×${scale}` : "") },
    { title: "classes", cell: ({ classes }) => (varies("classes") ? `${classes}` : "") },
    { title: "parameters", cell: number("parameters", countText), rank: 3 },
    { title: "MACs", cell: number("macs", countText), rank: 2 },
    { title: "FLOPs", cell: number("flops", countText) },
    { title: "", cell: bars(rows, "flops"), left: true, rank: 4 },
    { title: "activations", cell: number("activationBytes", bytesText), rank: 1 },
    { title: "memory", cell: number("memoryBytes", bytesText) },
    { title: "", cell: bars(rows, "memoryBytes"), left: true, rank: 0 },
    { title: "output", cell: ({ outputShape }) => outputShape?.join("×") ?? "", left: true, rank: 5 },
    { title: "field", cell: fieldText, rank: 4 },
  ];
  const good = rows.filter(({ error }) => error === null);
  const width = terminalColumns();
  const [head, rule, ...lines] = good.length > 0 ? fittedTable(columns, good, width).split("\n") : ["input", "─────"];
  const asked = ({ inputShape, scale, classes }: SweepRow) =>
    [
      inputText({ inputShape }).padEnd(widest),
      scale === null ? undefined : `scale ${scale}`,
      classes === null ? undefined : `${classes} classes`,
    ].filter(Boolean);
  const body = rows.map((row) =>
    row.error === null ? lines[good.indexOf(row)]! : cut(`${asked(row).join("  ")}  ✗ ${reason(row.error)}`, width),
  );
  return [
    wrappedText(`${model} over ${axes.map(({ name }) => name).join(", ")}`, "  ", width),
    head,
    rule,
    ...body,
    "",
    wrappedText(countedText(setting), "  ", width),
  ].join("\n");
}

const inputText = ({ inputShape }: Pick<SweepRow, "inputShape">) => inputShape?.join("×") ?? "";

type Cost = "parameters" | "macs" | "flops" | "activationBytes" | "memoryBytes";

const number = (key: Cost, text: (value: number) => string) => (row: SweepRow) =>
  row[key] === null ? "" : text(row[key]);

const fieldText = ({ field }: SweepRow) => (field === null ? "" : Number.isFinite(field) ? `${field}` : "whole");

const barWidth = 12;
const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar as long as the row's part of the largest. */
function bars(rows: readonly SweepRow[], key: Cost): (row: SweepRow) => string {
  const largest = Math.max(...rows.map((row) => row[key] ?? 0));
  return (row) => {
    const parts = largest === 0 ? 0 : Math.round(((row[key] ?? 0) / largest) * barWidth * 8);
    return "█".repeat(Math.floor(parts / 8)) + eighths[parts % 8];
  };
}

/** The rule that was broken, without the numbers. */
const reason = (message: string) => message.replace(/, got .*|\. Use .*/s, "").replace(/\s+/g, " ");

const cut = (text: string, width: number) => (text.length <= width ? text : `${text.slice(0, width - 1)}…`);

const csvColumns: readonly (readonly [title: string, cell: (row: SweepRow) => string | number | null])[] = [
  ["input", ({ inputShape }) => inputShape?.join("x") ?? null],
  ["scale", ({ scale }) => scale],
  ["classes", ({ classes }) => classes],
  ["parameters", ({ parameters }) => parameters],
  ["macs", ({ macs }) => macs],
  ["flops", ({ flops }) => flops],
  ["activation_bytes", ({ activationBytes }) => activationBytes],
  ["memory_bytes", ({ memoryBytes }) => memoryBytes],
  ["output", ({ outputShape }) => outputShape?.join("x") ?? null],
  ["field", fieldText],
  ["error", ({ error }) => error],
];

/** RFC 4180, with a head. */
export function sweepCsv({ rows }: SweepResult): string {
  const quoted = (cell: string | number | null) => {
    const text = `${cell ?? ""}`;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = rows.map((row) => csvColumns.map(([, cell]) => quoted(cell(row))).join(","));
  return [csvColumns.map(([title]) => title).join(","), ...lines].join("\n");
}
