import pc from "picocolors";
import type { BudgetResult, Budgets, ConventionName, FieldEnd } from "../analysis/index.ts";
import { type FittedColumn, fittedTable } from "./fitted-table.ts";
import { bytesText, countText } from "./quantity.ts";
import { countedText, type MemorySetting } from "./run-memory.ts";
import { terminalColumns, wrappedText } from "./wrapped-text.ts";

export const budgetTitles: Readonly<Record<keyof Budgets, string>> = {
  parameters: "parameters",
  macs: "MACs",
  flops: "FLOPs",
  activations: "activations",
  memory: "memory",
  field: "receptive field",
};

export interface CheckFacts {
  readonly model: string;
  readonly inputShape: readonly number[];
  readonly convention: ConventionName;
  readonly budgets: readonly BudgetResult[];
  /** Where more could come from layers that are not known. */
  readonly unconfirmed: readonly (keyof Budgets)[];
  /** What memory was told for; null without that budget. */
  readonly memory: MemorySetting | null;
}

/** So many layers are named that take most of a budget. */
const most = 5;

/** A line a budget; below, what takes most of those that are not kept, and where the field ends. */
export function checkText({ model, inputShape, convention, budgets, unconfirmed, memory }: CheckFacts): string {
  const isOpen = ({ budget }: BudgetResult) => unconfirmed.includes(budget);
  const signOf = (result: BudgetResult) => (isOpen(result) ? "?" : result.kept ? pc.green("✓") : pc.red("✗"));
  const columns: readonly FittedColumn<BudgetResult>[] = [
    { title: "", cell: signOf, left: true },
    { title: "budget", cell: ({ budget }) => budgetTitles[budget], left: true },
    { title: "limit", cell: (result) => (result.budget === "field" ? "≥ " : "≤ ") + apart(result).limit },
    { title: "actual", cell: (result) => (isOpen(result) ? "≥ " : "") + apart(result).actual },
    { title: "of limit", cell: ({ used }) => (Number.isFinite(used) ? percent(used) : "") },
    { title: "most of it in", cell: topOf, left: true, rank: 0 },
  ];
  const head = `${model} on [${inputShape.join(", ")}]${convention === "exact" ? "" : `, counted as ${convention}`}`;
  const details = budgets.flatMap((result) => {
    if (result.budget === "field") return ["", wrappedText(fieldText(result), "  ")];
    return result.kept ? [] : ["", ...eaters(result)];
  });
  return [
    wrappedText(head, "  "),
    fittedTable(columns, budgets),
    ...details,
    ...(memory ? ["", wrappedText(countedText(memory), "  ")] : []),
  ].join("\n");
}

function topOf({ contributors: [top] }: BudgetResult): string {
  return top ? `${top.path || "(network)"} ${percent(top.share)}` : "";
}

function eaters({ budget, actual, limit, contributors }: BudgetResult): string[] {
  const others = contributors.slice(most);
  const rest = (key: "amount" | "share") => others.reduce((total, each) => total + each[key], 0);
  const shown = contributors.slice(0, most).map((each) => ({ ...each, path: each.path || "(network)" }));
  if (others.length > 0) {
    const path = `… ${others.length} more`;
    shown.push({ path, description: "", amount: rest("amount"), share: rest("share") });
  }
  const columns: readonly FittedColumn<(typeof shown)[number]>[] = [
    { title: "", cell: ({ path }) => path, left: true, cut: "start" },
    { title: "", cell: ({ description }) => description, left: true, rank: 0 },
    { title: "", cell: (each) => amount(budget, each.amount) },
    { title: "", cell: ({ share }) => percent(share) },
  ];
  const lines = fittedTable(columns, shown, terminalColumns() - 2).split("\n");
  const head = `${budgetTitles[budget]}: ${amount(budget, actual - limit)} over the limit. It goes to`;
  return [wrappedText(head, "  "), ...lines.slice(2).map((line) => `  ${line}`)];
}

function fieldText({ actual, limit, kept, end }: BudgetResult): string {
  if (!end) return "receptive field: the output depends on no position of the input";
  const layer = layerText(end);
  if (!Number.isFinite(actual)) return `receptive field: from ${layer} on every position sees the whole input`;
  const size = `${actual} px${kept ? "" : `, ${limit - actual} px short`}`;
  const behind = end.wholeFrom === null ? "" : `; from ${end.wholeFrom} on it is the whole input`;
  return `receptive field: ${size}; it grows up to ${layer}${behind}`;
}

const layerText = ({ path, description }: FieldEnd) =>
  path === "" ? "the network's own last op" : `${path} (${description})`;

/** Rounded, but with all digits where that would make them look alike. */
function apart({ budget, limit, actual }: BudgetResult): { readonly limit: string; readonly actual: string } {
  const rounded = { limit: amount(budget, limit), actual: amount(budget, actual) };
  if (rounded.limit !== rounded.actual || limit === actual) return rounded;
  return { limit: limit.toLocaleString("en-US"), actual: actual.toLocaleString("en-US") };
}

function amount(budget: keyof Budgets, value: number): string {
  if (budget === "field") return Number.isFinite(value) ? `${value} px` : "whole input";
  return budget === "memory" || budget === "activations" ? bytesText(value) : countText(value);
}

/** Never 100% where it is a little more or less. */
function percent(share: number): string {
  const text = `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)}%`;
  return text === "100%" && share !== 1 ? `${share > 1 ? ">" : "<"}100%` : text;
}
