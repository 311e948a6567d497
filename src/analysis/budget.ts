import { numel } from "../core/shape.ts";
import type { LayerRow, Summary } from "./summary.ts";

/** Upper limits, and for the field the lowest size that will do. */
export interface Budgets {
  readonly parameters?: number;
  readonly macs?: number;
  readonly flops?: number;
  /** Bytes of what all layers give out. */
  readonly activations?: number;
  /** Bytes that a run allocates. */
  readonly memory?: number;
  /** Pixels: the smaller of height and width. */
  readonly field?: number;
}

/** A part of what has to fit into memory together. */
export interface MemoryPart {
  /** "parameters", or the path of a layer. */
  readonly name: string;
  readonly description: string;
  readonly bytes: number;
}

/** What takes a part of a budget: a layer, or with memory one of its parts. */
export interface Contributor {
  readonly path: string;
  readonly description: string;
  readonly amount: number;
  /** Of the actual total, from 0 to 1. */
  readonly share: number;
}

/** Where a receptive field stops to grow. */
export interface FieldEnd {
  readonly path: string;
  readonly description: string;
  /** The layer behind it, from which on every position sees the whole input ("avgpool"); null where there is none. */
  readonly wholeFrom: string | null;
}

export interface BudgetResult {
  readonly budget: keyof Budgets;
  readonly limit: number;
  /** Infinity (null in JSON) where every position sees the whole input. */
  readonly actual: number;
  /** actual / limit. */
  readonly used: number;
  readonly kept: boolean;
  /** Largest first; none for the field. */
  readonly contributors: readonly Contributor[];
  /** For the field only, where the network has one. */
  readonly end: FieldEnd | null;
}

const sizes = ["parameters", "macs", "flops", "activations"] as const;

/**
 * A result for each budget that is given. The field is that of the last map, before a global pooling lets every position
 * see all: where gates (squeeze and excitation) do so in a map, it is unlimited.
 * @example
 * import { nn, summarize } from "convsmith";
 * import { checkBudgets } from "convsmith/analysis";
 * const summary = summarize(new nn.Conv2d(3, 8, 3), [1, 3, 32, 32]);
 * const [parameters] = checkBudgets(summary, { parameters: 200 });
 * console.log(parameters!.kept, parameters!.actual); // false 224
 */
export function checkBudgets(summary: Summary, budgets: Budgets, memory: readonly MemoryPart[] = []): BudgetResult[] {
  const results: BudgetResult[] = [];
  for (const budget of sizes) {
    const key = budget === "activations" ? "activationBytes" : budget;
    const eaters = summary.layers.map((row) => ({ ...named(row), amount: row[key], share: row.share[key] }));
    const limit = budgets[budget];
    if (limit !== undefined) results.push(within(budget, limit, summary.totals[key], eaters));
  }
  if (budgets.memory !== undefined) {
    const total = memory.reduce((sum, { bytes }) => sum + bytes, 0);
    const parts = memory.map(({ name, description, bytes }) => ({
      path: name,
      description,
      amount: bytes,
      share: bytes / total,
    }));
    results.push(within("memory", budgets.memory, total, parts));
  }
  if (budgets.field !== undefined) results.push(fieldResult(summary.layers, budgets.field));
  return results;
}

const named = ({ path, description }: LayerRow) => ({ path, description });

function within(budget: keyof Budgets, limit: number, actual: number, eaters: readonly Contributor[]): BudgetResult {
  const contributors = eaters.filter(({ amount }) => amount > 0).sort((a, b) => b.amount - a.amount);
  return { budget, limit, actual, used: actual / limit, kept: actual <= limit, contributors, end: null };
}

/** What the network does itself is known by its ops. */
const nameOf = ({ path, ops }: LayerRow) => path || `(network) ${ops.join(", ")}`;

/** A row's field in pixels: the smaller of height and width, the smallest of its phases. */
function sizeOf({ receptiveField }: LayerRow): number {
  const { height, width } = receptiveField!;
  const size = (axis: typeof height) => (axis.whole ? Number.POSITIVE_INFINITY : axis.smallest);
  return Math.min(size(height), size(width));
}

/**
 * The receptive field of the last map, before a global pooling lets every position see all, and where it stops to grow;
 * null where nothing depends on the input. Its size is in pixels: the smaller of height and width, Infinity where every
 * position of a map sees the whole input (behind squeeze and excitation).
 */
export function lastField(layers: readonly LayerRow[]): { readonly size: number; readonly end: FieldEnd } | null {
  const rows = layers.filter(({ receptiveField }) => receptiveField !== null);
  const isMap = ({ outputShape }: LayerRow) => outputShape!.length >= 3 && numel(outputShape!.slice(-2)) > 1;
  const at = rows.findLastIndex((row) => isMap(row) || sizeOf(row) !== Number.POSITIVE_INFINITY);
  const last = rows[at] ?? rows.at(-1);
  if (!last) return null;
  const size = sizeOf(last);
  const behind = at < 0 ? undefined : rows[at + 1];
  const grown = rows.find((row) => sizeOf(row) === size)!;
  return { size, end: { ...named(grown), wholeFrom: behind ? nameOf(behind) : null } };
}

function fieldResult(layers: readonly LayerRow[], limit: number): BudgetResult {
  const field = lastField(layers);
  const actual = field?.size ?? 0;
  const [used, kept] = [actual / limit, actual >= limit];
  return { budget: "field", limit, actual, used, kept, contributors: [], end: field?.end ?? null };
}
