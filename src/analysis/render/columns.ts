import type { Summary, Totals } from "../summary.ts";
import type { TreeRow } from "../summary-tree.ts";
import { countNames } from "./count-names.ts";
import { centreText, fieldText, strideText } from "./fields.ts";
import { grouped, percent } from "./numbers.ts";

/** One figure of every row. */
export interface Column {
  readonly key: string;
  readonly title: string;
  readonly text: (row: TreeRow) => string;
  /** What to sort by, where the text is a number's; null: no figure. */
  readonly number?: (row: TreeRow) => number | null;
  /** Of the whole network; "" where that says nothing. */
  readonly total: string;
  /** Text, set to the left. */
  readonly left?: boolean;
  /** The narrowest that it may be made, for names; the others keep their width. */
  readonly least?: number;
  /** Lowest first to go where a table is too wide; those without one stay. */
  readonly rank?: number;
}

/** The columns that say something of these rows. */
export function columnsOf(summary: Summary, rows: readonly TreeRow[]): readonly Column[] {
  return [...names(summary), ...figures(summary)].filter(
    ({ rank, text }) => rank === undefined || rows.some((row) => text(row) !== "" && text(row) !== "-"),
  );
}

function names({ rows: kind, unknown }: Summary): Column[] {
  const total = unknown.length > 0 ? "total, at least" : "total";
  const typeOf = kind === "ops" ? ({ description }: TreeRow) => oneLine(description) : typeText;
  const type: Column = { key: "type", title: "type", text: typeOf, total: "", left: true, least: 30, rank: 15 };
  const ops = (row: TreeRow) => row.ops.join(", ");
  return [
    { key: "path", title: "layer", text: ({ name }) => oneLine(name), total, left: true, least: 24 },
    ...(kind === "ops" ? [{ key: "op", title: "op", text: ops, total: "", left: true, rank: 17 }, type] : [type]),
    { key: "output", title: "output", text: outputText, total: "", left: true },
  ];
}

type Figure = keyof { [K in keyof Totals as Totals[K] extends number ? K : never]: true };

function figures(summary: Summary): Column[] {
  const { totals } = summary;
  const count = (key: Figure, title: string, rank?: number): Column => ({
    key,
    title,
    text: (row) => (row[key] === 0 ? (row.unknown === null || isHeld(key) ? "-" : "?") : grouped(row[key])),
    number: (row) => row[key],
    total: grouped(totals[key]),
    rank,
  });
  const share = (key: keyof TreeRow["share"], title: string, rank: number): Column => ({
    key: `${key}Share`,
    title,
    text: (row) => (row.share[key] === 0 ? "-" : percent(row.share[key])),
    number: (row) => row.share[key],
    total: totals[key] === 0 ? "" : percent(1),
    rank,
  });
  const field = (key: string, title: string, text: typeof fieldText, rank: number): Column => ({
    key,
    title,
    text: ({ receptiveField }) => (receptiveField ? text(receptiveField) : "-"),
    number: ({ receptiveField }) => receptiveField && sizes[key as keyof typeof sizes](receptiveField.height),
    total: "",
    rank,
  });
  const { macs, flops, cost } = countNames(summary);
  const columns = [
    count("parameters", "parameters"),
    totals.trainable === totals.parameters ? null : count("trainable", "trainable", 14),
    share("parameters", "params %", 8),
    count("multiplications", "multiplications", 6),
    count("additions", "additions", 3),
    count("biasAdditions", "bias adds", 2),
    { key: "other", title: "other", text: otherText, total: "", left: true, rank: 1 },
    macs === null ? null : count("macs", macs, flops === null ? undefined : 10),
    count("effectiveMacs", "padding-aware MACs", 9),
    flops === null ? null : count("flops", flops),
    share(cost, cost === "flops" ? "FLOPs %" : "MACs %", 12),
    count("activationBytes", "activation bytes", 7),
    field("field", "field", fieldText, 16),
    field("stride", "stride", strideText, 13),
    field("centre", "centre", centreText, 5),
  ];
  return columns.filter((each) => each !== null);
}

/** What is stored is known whatever is done with it. */
const isHeld = (key: Figure) => key === "parameters" || key === "trainable";

const sizes = {
  field: ({ largest }: { largest: number }) => largest,
  stride: ({ stride }: { stride: number }) => stride,
  centre: ({ centre }: { centre: number }) => centre,
};

function outputText({ kind, outputShape, calls, ops, unknown }: TreeRow): string {
  if (kind === "failed") return "✗ failed";
  if (kind === "unreached") return "";
  if (outputShape) return outputShape.join("×");
  if (unknown !== null) return "?";
  return kind === "call" && calls === 0 && ops.length === 0 ? "not called" : "";
}

const oneLine = (text: string) => text.replace(/[\s\p{Cc}]+/gu, " ");

/** The module in a few words, which ops it does itself beside the modules inside, and which call of several it is. */
function typeText(row: TreeRow): string {
  const { kind, description, type, calls, call, own } = row;
  const words = oneLine(own || (description === type && kind === "call") ? ownOps(row) : description);
  if (call > 0 && calls > 1) return `${words} (call ${call} of ${calls})`;
  return kind !== "call" && calls > 1 ? `${words} (${calls} calls)` : words;
}

function ownOps({ ops, own, type, description }: TreeRow): string {
  const counts = new Map<string, number>();
  for (const op of ops) counts.set(op, (counts.get(op) ?? 0) + 1);
  const text = [...counts].map(([op, times]) => (times > 1 ? `${times} ${op}` : op)).join(", ");
  if (own) return text === "" ? type : text;
  return text === "" || text.toLowerCase() === type.toLowerCase() ? description : `${description}: ${text}`;
}

function otherText({ other }: TreeRow): string {
  return Object.entries(other)
    .filter(([, times]) => times > 0)
    .map(([kind, times]) => `${grouped(times)} ${kind}`)
    .join(", ");
}
