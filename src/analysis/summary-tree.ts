import type { ParameterCount } from "./calls.ts";
import { type Count, sumCounts } from "./cost.ts";
import type { LayerRow, ModuleEntry, Summary } from "./summary.ts";

/**
 * - "group": a module with modules inside; its figures are the sums of the rows inside, which follow one deeper.
 * - "folded": a group whose rows are not shown.
 * - "call": one call of a module, or what a group does itself (`own`).
 * - "failed": the layer that threw.
 * - "unreached": all modules behind it that hold parameters, as one row.
 */
export type TreeRowKind = "group" | "folded" | "call" | "failed" | "unreached";

/** A line of the tree. The totals are the sums of all rows but groups. */
export interface TreeRow extends Count, ParameterCount, Pick<LayerRow, "activationBytes" | "share"> {
  readonly kind: TreeRowKind;
  readonly path: string;
  /** The path below the group that the row stands in. */
  readonly name: string;
  /** How many groups the row stands in. */
  readonly depth: number;
  readonly type: string;
  readonly description: string;
  /** What the row records itself; none for a group. */
  readonly ops: readonly string[];
  /** What a group does itself, beside its modules. */
  readonly own: boolean;
  /** How often the module was called, and which of these calls the row is; 0 where the row stands for all of them. */
  readonly calls: number;
  readonly call: number;
  readonly outputShape: LayerRow["outputShape"];
  readonly receptiveField: LayerRow["receptiveField"];
  readonly unknown: LayerRow["unknown"];
}

export interface TreeOptions {
  /** How many levels of rows are shown: with 1 every module of the network itself is one row. All where left out. */
  readonly depth?: number;
}

interface Group {
  readonly path: string;
  readonly children: (Group | LayerRow)[];
}

/**
 * The rows as a tree of modules: groups with subtotals, the calls inside in the order in which they were made.
 * @example
 * import { nn, summarize } from "convsmith";
 * import { summaryTree } from "convsmith/analysis";
 * const head = new nn.Sequential(new nn.Conv2d(1, 8, 3), new nn.ReLU());
 * const network = new nn.Sequential({ head, pool: new nn.AdaptiveAvgPool2d(1) });
 * const rows = summaryTree(summarize(network, [1, 1, 16, 16]), { depth: 1 });
 * console.log(rows.map(({ path, kind, parameters }) => `${path} ${kind} ${parameters}`)); // ["head folded 80", "pool call 0"]
 */
export function summaryTree(summary: Summary, options: TreeOptions = {}): readonly TreeRow[] {
  return new TreeBuilder(summary, options.depth ?? Infinity).rows();
}

/** The rows as they are, without groups: those of ops, or for sorting. */
export function flatRows(summary: Summary): readonly TreeRow[] {
  return new TreeBuilder(summary, Infinity).flat();
}

class TreeBuilder {
  readonly #summary: Summary;
  readonly #depth: number;
  readonly #modules: ReadonlyMap<string, ModuleEntry>;
  readonly #groups = new Map<string, Group>();
  /** Paths with a called module inside. */
  readonly #called = new Set<string>();
  /** Calls that have their row, by path. */
  readonly #counted = new Map<string, number>();

  constructor(summary: Summary, depth: number) {
    this.#summary = summary;
    this.#depth = depth;
    this.#modules = new Map(summary.modules.map((each) => [each.path, each]));
    for (const { path, calls } of summary.modules) {
      for (let at = path.length; calls > 0 && at > 0; at = path.lastIndexOf(".", at - 1))
        this.#called.add(path.slice(0, at));
    }
    this.#group("");
    for (const { path } of summary.layers) this.#group(this.#around(path));
    if (summary.failedAt !== null) this.#group(this.#around(summary.failedAt));
  }

  rows(): readonly TreeRow[] {
    const { failedAt } = this.#summary;
    const root = this.#groups.get("")!;
    const placed = new Set([root]);
    for (const row of this.#reached()) this.#placed(this.#host(row.path), placed).push(row);
    if (failedAt !== null) this.#placed(this.#host(failedAt), placed);
    return [...this.#opened(root, 0), ...this.#unreached()];
  }

  flat(): readonly TreeRow[] {
    const { failedAt } = this.#summary;
    const none: Group = { path: "", children: [] };
    const rows = this.#reached().map((row) => this.#call(row, none, 0));
    const failed = failedAt === null ? [] : [this.#failed(failedAt, none, 0)];
    return [...rows.map((row) => ({ ...row, own: false })), ...failed, ...this.#unreached()];
  }

  /** All rows, or those before a failure. */
  #reached(): readonly LayerRow[] {
    const { layers, error } = this.#summary;
    return error === null ? layers : layers.filter(isReached);
  }

  /** The group at a path and those around it. */
  #group(path: string): Group {
    const known = this.#groups.get(path);
    if (known) return known;
    const made: Group = { path, children: [] };
    this.#groups.set(path, made);
    this.#group(this.#around(path));
    return made;
  }

  /** The module around a path. Lists whose modules are called one by one hold nothing together: those stand for themselves. */
  #around(path: string): string {
    const outer = path.slice(0, Math.max(0, path.lastIndexOf(".")));
    const isList = outer !== "" && this.#modules.get(outer)!.calls === 0 && this.#called.has(outer);
    return isList ? this.#around(outer) : outer;
  }

  /** The group that a row of this path stands in: itself, where it has modules inside. */
  #host(path: string): string {
    return this.#groups.has(path) ? path : this.#around(path);
  }

  /** The children of a group that has its place, behind what was called before it. */
  #placed(path: string, placed: Set<Group>): (Group | LayerRow)[] {
    const group = this.#groups.get(path)!;
    if (!placed.has(group)) {
      placed.add(group);
      this.#placed(this.#around(path), placed).push(group);
    }
    return group.children;
  }

  #opened(group: Group, depth: number): TreeRow[] {
    const rows = group.children.flatMap((child) =>
      "children" in child ? this.#subtree(child, group, depth) : [this.#call(child, group, depth)],
    );
    const { failedAt } = this.#summary;
    if (failedAt !== null && this.#host(failedAt) === group.path) rows.push(this.#failed(failedAt, group, depth));
    return rows;
  }

  #subtree(group: Group, parent: Group, depth: number): TreeRow[] {
    const inside = this.#opened(group, depth + 1);
    const parts = inside.filter(({ kind }) => kind !== "group");
    const folded = depth + 1 >= this.#depth;
    const { calls, ...module } = this.#modules.get(group.path)!;
    const failed = parts.some(({ kind }) => kind === "failed");
    const last = failed ? undefined : parts.findLast(({ outputShape }) => outputShape !== null);
    const row: TreeRow = {
      kind: folded ? (failed ? "failed" : "folded") : "group",
      ...module,
      name: nameIn(parent, group.path),
      depth,
      ops: [],
      own: false,
      calls,
      call: 0,
      ...this.#sum(parts),
      outputShape: last?.outputShape ?? null,
      receptiveField: last?.receptiveField ?? null,
      unknown: parts.find(({ unknown }) => unknown !== null)?.unknown ?? null,
    };
    return folded ? [row] : [row, ...inside];
  }

  #call(row: LayerRow, group: Group, depth: number): TreeRow {
    const own = row.path === group.path;
    const call = row.outputShape === null && row.unknown === null ? 0 : (this.#counted.get(row.path) ?? 0) + 1;
    if (call > 0) this.#counted.set(row.path, call);
    const calls = this.#modules.get(row.path)?.calls ?? call;
    return { ...row, kind: "call", name: nameIn(group, row.path), depth, own, calls, call };
  }

  #failed(path: string, group: Group, depth: number): TreeRow {
    const own = path === group.path;
    const sum = this.#sum(this.#behind().filter((row) => row.path === path));
    return { ...nothing, kind: "failed", ...this.#modules.get(path)!, name: nameIn(group, path), depth, own, ...sum };
  }

  #unreached(): TreeRow[] {
    const rows = this.#behind().filter(({ path }) => path !== this.#summary.failedAt);
    if (rows.length === 0) return [];
    const description = `${rows.length} ${rows.length === 1 ? "layer" : "layers"} with parameters`;
    const named = { path: "(not reached)", name: "(not reached)", type: "", description };
    return [{ ...nothing, kind: "unreached", ...named, depth: 0, ...this.#sum(rows) }];
  }

  /** Rows that a failure kept from being called. */
  #behind(): readonly LayerRow[] {
    const { layers, error } = this.#summary;
    return error === null ? [] : layers.filter((row) => !isReached(row));
  }

  #sum(rows: readonly (TreeRow | LayerRow)[]) {
    const sum = (value: (row: TreeRow | LayerRow) => number) => rows.reduce((total, row) => total + value(row), 0);
    return {
      parameters: sum((row) => row.parameters),
      trainable: sum((row) => row.trainable),
      activationBytes: sum((row) => row.activationBytes),
      ...sumCounts(rows),
      share: {
        parameters: sum(({ share }) => share.parameters),
        macs: sum(({ share }) => share.macs),
        flops: sum(({ share }) => share.flops),
        activationBytes: sum(({ share }) => share.activationBytes),
      },
    };
  }
}

const isReached = ({ outputShape, unknown }: LayerRow) => outputShape !== null || unknown !== null;

const nothing = { ops: [], own: false, calls: 0, call: 0, outputShape: null, receptiveField: null, unknown: null };

const nameIn = ({ path: outer }: Group, path: string) =>
  path === "" ? "(network)" : path === outer ? "(own)" : outer === "" ? path : path.slice(outer.length + 1);
