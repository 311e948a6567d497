import pc from "picocolors";
import type { Change, FoldReport, LayerDiff, LayerRow, SummaryDiff } from "../analysis/index.ts";
import { type FittedColumn, fittedTable } from "./fitted-table.ts";
import { bytesText, countText } from "./quantity.ts";
import { deviceText, type MemorySetting } from "./run-memory.ts";
import { wrappedText } from "./wrapped-text.ts";

export interface DiffTextOptions {
  readonly a: string;
  readonly b: string;
  /** Of an inference, as planned for the device. */
  readonly run: MemorySetting & { readonly memoryBytes: Change; readonly steps: Change };
  readonly folding: FoldReport | null;
  /** False: runs of layers that are alike are one line. */
  readonly all: boolean;
}

const signs = {
  same: " ",
  changed: pc.yellow("~"),
  added: pc.green("+"),
  removed: pc.red("-"),
} as const;

/** The layers that differ, and the totals. */
export function diffText(diff: SummaryDiff, { a, b, run, folding, all }: DiffTextOptions): string {
  const shapes = [diff.a, diff.b].map(({ inputShape }) => `[${inputShape.join(", ")}]`);
  const on = shapes[0] === shapes[1] ? `on ${shapes[0]}` : `on ${shapes.join(" ⇒ ")}`;
  const rows = all ? diff.layers : collapsed(diff.layers);
  const kept = folding?.kept ?? [];
  return [
    wrappedText(`${a} ⇒ ${b} ${on}`, "  "),
    ...(rows.every((row) => typeof row === "string") ? rows : [fittedTable(layerColumns(diff), rows)]),
    "",
    totalsTable(diff.totals, run),
    wrappedText(`memory and steps: an inference on ${deviceText(run)}`, "  "),
    "",
    ...[
      countsText(diff.layers),
      ...(folding ? [`${folding.folded.length} batch norms are folded into the convolution before them`] : []),
      ...keptText(kept),
    ].map((line) => wrappedText(line, "  ")),
  ].join("\n");
}

/** Outputs are shown without a batch size that is the same everywhere. */
const layerColumns = ({ a, b }: SummaryDiff): readonly FittedColumn<LayerDiff>[] => [
  { title: "", cell: ({ change }) => signs[change], left: true },
  { title: "layer", cell: ({ a, b }) => pathOf((b ?? a)!), left: true, cut: "start" },
  {
    title: "was",
    cell: ({ a, b }) => (a && b && a.path !== b.path ? pathOf(a) : ""),
    left: true,
    cut: "start",
    rank: 1,
  },
  { title: "type", cell: (pair) => both(pair, ({ description }) => description, true), left: true, rank: 4 },
  {
    title: "output",
    cell: (pair) => both(pair, outputText(a.inputShape[0] === b.inputShape[0] ? a.inputShape[0]! : null)),
    left: true,
    rank: 3,
  },
  { title: "parameters", cell: (pair) => counts(pair, "parameters") },
  { title: "MACs", cell: (pair) => counts(pair, "macs"), rank: 0 },
  { title: "FLOPs", cell: (pair) => counts(pair, "flops") },
  { title: "field", cell: (pair) => both(pair, fieldText), rank: 2 },
];

const pathOf = ({ path }: LayerRow) => path || "(network)";

const outputText =
  (batch: number | null) =>
  ({ outputShape }: LayerRow) =>
    outputShape?.slice(outputShape[0] === batch ? 1 : 0).join("×") ?? "-";

/** "8 ⇒ 9" where they differ. `words`: a first word that both have is said once, as in "Conv2d 3→8, 3×3 ⇒ 3→9, 3×3". */
function both({ a, b }: LayerDiff, text: (row: LayerRow) => string, words = false): string {
  const [from, to] = [a && text(a), b && text(b)];
  if (from === null || to === null || from === to) return to ?? from ?? "";
  const [first] = from.split(" ");
  return `${from} ⇒ ${words && to.startsWith(`${first} `) ? to.slice(first!.length + 1) : to}`;
}

function counts({ a, b }: LayerDiff, key: "parameters" | "macs" | "flops"): string {
  const [from, to] = [a?.[key] ?? null, b?.[key] ?? null];
  if (from === null || to === null || from === to) return short(to ?? from ?? 0);
  // Digits that are the same when rounded say nothing.
  let digits = 4;
  while (short(from, digits) === short(to, digits)) digits++;
  return `${short(from, digits)} ⇒ ${short(to, digits)}`;
}

const short = (value: number, digits?: number) => (value === 0 ? "-" : countText(value, digits));
const grouped = (value: number) => value.toLocaleString("en-US");

function fieldText({ receptiveField }: LayerRow): string {
  if (!receptiveField) return "-";
  const [rows, columns] = [receptiveField.height, receptiveField.width].map(({ whole, smallest, largest }) =>
    whole ? "whole" : smallest === largest ? `${largest}` : `${smallest}-${largest}`,
  );
  return rows === columns ? rows! : `${rows}×${columns}`;
}

/** Runs of two and more layers that are alike, or but for the field, as one line. */
function collapsed(layers: readonly LayerDiff[]): (LayerDiff | string)[] {
  const result: (LayerDiff | string)[] = [];
  let run: LayerDiff[] = [];
  const close = () => {
    if (run.length < 2) result.push(...run);
    else result.push(pc.dim(`   … ${run.length} layers alike${run.some(isChanged) ? " but for the field" : ""}`));
    run = [];
  };
  for (const pair of layers) {
    const alike = pair.change === "same" || (isChanged(pair) && `${pair.differs}` === "receptiveField");
    if (run.length > 0 && (!alike || isChanged(run[0]!) !== isChanged(pair))) close();
    if (alike) run.push(pair);
    else result.push(pair);
  }
  close();
  return result;
}

const isChanged = ({ change }: LayerDiff) => change === "changed";

function totalsTable(totals: SummaryDiff["totals"], { memoryBytes, steps }: DiffTextOptions["run"]): string {
  const rows = [
    { name: "parameters", ...totals.parameters, text: grouped },
    { name: "MACs", ...totals.macs, text: grouped },
    { name: "FLOPs", ...totals.flops, text: grouped },
    { name: "activations", ...totals.activationBytes, text: bytesText },
    { name: "memory", ...memoryBytes, text: bytesText },
    { name: "steps", ...steps, text: grouped },
  ];
  const columns: readonly FittedColumn<(typeof rows)[number]>[] = [
    { title: "total", cell: ({ name }) => name, left: true },
    { title: "before", cell: ({ a, text }) => text(a) },
    { title: "after", cell: ({ b, text }) => text(b) },
    { title: "difference", cell: ({ difference, text }) => signed(difference, text), rank: 0 },
    { title: "ratio", cell: ({ ratio }) => (ratio === null ? "" : `×${ratioText(ratio)}`) },
  ];
  return fittedTable(columns, rows);
}

/** In as many digits as it takes to see that it is not 1. */
function ratioText(ratio: number): string {
  const digits = ratio === 1 ? 4 : Math.max(4, Math.ceil(-Math.log10(Math.abs(ratio - 1))) + 1);
  return `${Number(ratio.toPrecision(Math.min(digits, 12)))}`;
}

const signed = (value: number, text: (value: number) => string) =>
  value === 0 ? "-" : `${value > 0 ? "+" : "−"}${text(Math.abs(value))}`;

function countsText(layers: readonly LayerDiff[]): string {
  const count = (change: LayerDiff["change"]) => layers.filter((pair) => pair.change === change).length;
  return `${count("added")} layers added, ${count("removed")} removed, ${count("changed")} changed, ${count("same")} alike`;
}

/** Batch norms that stay, by their reason. */
function keptText(kept: FoldReport["kept"]): string[] {
  const reasons = new Map<string, string[]>();
  for (const { norm, reason } of kept) reasons.set(reason, [...(reasons.get(reason) ?? []), norm]);
  return [...reasons].map(([reason, norms]) => {
    const [first, second] = norms;
    const names = norms.length > 2 ? `${norms.length} such as ${first}` : [first, second].filter(Boolean).join(", ");
    return `stays: ${names}, because it ${reason}`;
  });
}
