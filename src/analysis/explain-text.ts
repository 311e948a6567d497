import type { ConventionTotals, Explanation, Reason, Side } from "./explain.ts";
import { wrapped } from "./render/fit.ts";

const group = (value: number) => value.toLocaleString("en-US");
const signed = (value: number) => (value > 0 ? `+${group(value)}` : group(value));
const figureName = { macs: "MACs", flops: "FLOPs" } as const;

/**
 * An explanation for people: the totals, then the reasons, largest first. Columns that do not fit the width are left out.
 * @example
 * import { nn } from "convsmith";
 * import { explain, explainText } from "convsmith/analysis";
 * const text = explainText(explain(new nn.Conv2d(3, 8, 3), [1, 3, 10, 10], "torchvision", "ptflops"), { width: 80 });
 * console.log(text.includes("conv2d: bias")); // true
 */
export function explainText(explanation: Explanation, { width = 100 }: { readonly width?: number } = {}): string {
  const { name, inputShape, a, b, difference, reasons } = explanation;
  const heading = `${name} on [${inputShape.join(", ")}]: ${sideText(a)}, ${sideText(b)}`;
  if (reasons.length === 0) return wrapped(`${heading}: they agree in every layer`, width).join("\n");
  const columns = (layers: number): readonly Column[] => [
    { title: "why", left: true, cell: ({ what }) => what, alike: "counted alike", total: "total" },
    sideColumn("a", a, reasons),
    sideColumn("b", b, reasons),
    { title: "difference", cell: (reason) => signed(reason.difference), alike: "0", total: signed(difference) },
    { title: "each", left: true, cell: eachText },
    { title: "most in", left: true, cell: (reason) => layersText(reason, layers) },
  ];
  const table = (shown: readonly number[], layers = 0) => {
    const picked = shown.map((at) => columns(layers)[at]!);
    const alike = picked.map((column) => column.alike ?? "");
    return layOut(picked, [
      picked.map(({ title }) => title),
      ...reasons.map((reason) => picked.map(({ cell }) => cell(reason))),
      ...(a.total === sumOf(reasons, "a") ? [] : [alike]),
      picked.map(({ total = "" }) => total),
    ]);
  };
  const choices = [3, 2, 1].map((layers) => table([0, 1, 2, 3, 4, 5], layers));
  choices.push(table([0, 1, 2, 3, 4]), table([0, 1, 2, 3]), table([0, 3]));
  const fits = choices.find((lines) => lines.every((line) => line.length <= width)) ?? choices.at(-1)!;
  return [...wrapped(heading, width), "", ...fits].join("\n");
}

interface Column {
  readonly title: string;
  readonly left?: boolean;
  readonly cell: (reason: Reason) => string;
  /** What both count alike, and the total. */
  readonly alike?: string;
  readonly total?: string;
}

function sideColumn(key: "a" | "b", { convention, total }: Side, reasons: readonly Reason[]): Column {
  const alike = group(total - sumOf(reasons, key));
  return { title: convention, cell: (reason) => group(reason[key]), alike, total: group(total) };
}

/**
 * The totals of every convention, each with what it means in as many lines as the width takes.
 * @example
 * import { nn } from "convsmith";
 * import { compareConventions, comparisonText } from "convsmith/analysis";
 * console.log(comparisonText(compareConventions(new nn.Conv2d(3, 8, 3), [1, 3, 10, 10])).includes("13,824")); // true
 */
export function comparisonText(
  totals: readonly ConventionTotals[],
  { width = 100 }: { readonly width?: number } = {},
): string {
  const figure = (value: number | null) => (value === null ? "-" : group(value));
  const rows = totals.map(({ name, macs, flops }) => [name, figure(macs), figure(flops)]);
  const lines = layOut([{ left: true }, {}, {}], [["convention", "MACs", "FLOPs"], ...rows], false);
  const room = width - lines[0]!.length - 2;
  if (room < 20) return lines.map((line) => line.trimEnd()).join("\n");
  const [title, rule, ...body] = lines as [string, string, ...string[]];
  const indent = " ".repeat(rule.length);
  const meanings = totals.flatMap(({ meaning }, at) =>
    wrapped(meaning, room).map((text, line) => `${line === 0 ? body[at]! : indent}  ${text}`),
  );
  return [`${title}  meaning`, rule + "─".repeat(room + 2), ...meanings].join("\n");
}

function sideText({ convention, total, figure }: Side): string {
  return `${convention} counts ${group(total)} ${figureName[figure]}`;
}

function sumOf(reasons: readonly Reason[], key: "a" | "b"): number {
  return reasons.reduce((sum, reason) => sum + reason[key], 0);
}

/** "0 → 1 an output". */
function eachText({ each }: Reason): string {
  if (!each) return "";
  return `${each.a} → ${each.b} ${each.unit === "multiply-accumulate" ? "a MAC" : `an ${each.unit}`}`;
}

function layersText({ layers }: Reason, count: number): string {
  return layers
    .slice(0, count)
    .map(({ path, difference }) => `${path || "(network)"} ${signed(difference)}`)
    .join(", ");
}

/** Title, rule, rows and, with `totals`, a rule before the last. */
function layOut(
  columns: readonly { left?: boolean }[],
  cells: readonly (readonly string[])[],
  totals = true,
): string[] {
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => row[at]!.length)));
  const pad = (cell: string, at: number) => (columns[at]!.left ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!));
  const lines = cells.map((row) => row.map(pad).join("  "));
  const rule = "─".repeat(lines[0]!.length);
  if (!totals) return [lines[0]!, rule, ...lines.slice(1)];
  return [lines[0]!, rule, ...lines.slice(1, -1), rule, lines.at(-1)!].map((line) => line.trimEnd());
}
