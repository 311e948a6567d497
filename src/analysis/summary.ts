import type { Gap } from "../core/gap.ts";
import type { Node, Scope } from "../core/node.ts";
import { numel, type Shape } from "../core/shape.ts";
import type { Module } from "../nn/index.ts";
import { type Call, callsOf, noParameters, type ParameterCount, parametersByModule } from "./calls.ts";
import type { Convention, ConventionName } from "./conventions/convention.ts";
import { conventionOf } from "./conventions/index.ts";
import { type Count, costOf, sumCounts } from "./cost.ts";
import { FieldMap, type ReceptiveField } from "./receptive-field.ts";
import { type Network, type PartialRecording, recordNetwork, recordPartially } from "./recording.ts";
import { summaryTable, type TableOptions } from "./render/table.ts";

/** One call of a module that records ops itself or holds parameters; with `rows: "ops"`, one op of it. */
export interface LayerRow extends Count, ParameterCount {
  /** "head.0"; "" for the network itself. */
  readonly path: string;
  /** The module's class. */
  readonly type: string;
  /** The module in a few words: "Conv2d 1→64, 5×5". */
  readonly description: string;
  /** The ops that it records itself, in order. */
  readonly ops: readonly string[];
  /** Of its last op; null where it was not called. */
  readonly outputShape: Shape | null;
  /** Bytes of what its ops give out, in float32 and with nothing fused; moves that copy nothing count as none. */
  readonly activationBytes: number;
  readonly receptiveField: ReceptiveField | null;
  /** Why its cost is not known ("the operator NonZero is not known"); null where it is. The shape may be known still. */
  readonly unknown: string | null;
  /** Parts of the totals, from 0 to 1. */
  readonly share: Readonly<Record<"parameters" | "macs" | "flops" | "activationBytes", number>>;
}

export interface Totals extends Count, ParameterCount {
  readonly activationBytes: number;
}

export interface SummaryOptions {
  /** A row for each call of a module (the default), or for each op. */
  readonly rows?: "modules" | "ops";
  /** Whose MACs and FLOPs: "exact" unless given. Multiplications, additions and bias additions are always exact. */
  readonly convention?: ConventionName;
  /** A network that throws gives the rows up to there, and `error`; what is not known of an ONNX graph is a row that says so. */
  readonly partial?: boolean;
}

type BareRow = Omit<LayerRow, "share">;

/** A module of the network, called or not. */
export interface ModuleEntry {
  readonly path: string;
  readonly type: string;
  readonly description: string;
  /** How often it was called. */
  readonly calls: number;
}

/** What a summary was asked for, and what its rows stand in. */
export interface SummaryFrame {
  readonly rows: "modules" | "ops";
  readonly convention: ConventionName;
  /** Outermost first; the network itself has the path "". */
  readonly modules: readonly ModuleEntry[];
  /** What the network threw; null where it did not. */
  readonly error: unknown;
}

/** What summarize() found. Totals are the sums of the rows. */
export class Summary {
  readonly name: string;
  readonly inputShape: Shape;
  readonly convention: ConventionName;
  /** What a row of `layers` is: a call of a module, or one op of it. */
  readonly rows: "modules" | "ops";
  readonly layers: readonly LayerRow[];
  readonly totals: Totals;
  /** All modules, outermost first. */
  readonly modules: readonly ModuleEntry[];
  /** What the network threw, with `partial`; null where it did not. */
  readonly error: unknown;

  constructor(name: string, inputShape: Shape, rows: readonly BareRow[], frame: SummaryFrame) {
    this.name = name;
    this.inputShape = inputShape;
    this.convention = frame.convention;
    this.rows = frame.rows;
    this.modules = frame.modules;
    this.error = frame.error;
    const sum = (key: "parameters" | "trainable" | "activationBytes") =>
      rows.reduce((total, row) => total + row[key], 0);
    const totals: Totals = {
      parameters: sum("parameters"),
      trainable: sum("trainable"),
      activationBytes: sum("activationBytes"),
      ...sumCounts(rows),
    };
    this.totals = totals;
    const part = (row: BareRow, key: "parameters" | "macs" | "flops" | "activationBytes") =>
      totals[key] === 0 ? 0 : row[key] / totals[key];
    this.layers = rows.map((row) => ({
      ...row,
      share: {
        parameters: part(row, "parameters"),
        macs: part(row, "macs"),
        flops: part(row, "flops"),
        activationBytes: part(row, "activationBytes"),
      },
    }));
  }

  /** The path of the layer that threw; null where none did, or where the error names none. */
  get failedAt(): string | null {
    if (!(this.error instanceof Error)) return null;
    const { message } = this.error;
    const failed = this.modules.find(({ path, description }) =>
      message.startsWith(path === "" ? `${description}: ` : `${path} (${description}): `),
    );
    return failed?.path ?? null;
  }

  /** Layers whose cost is not known: totals are then lower bounds. */
  get unknown(): readonly LayerRow[] {
    return this.layers.filter(({ unknown }) => unknown !== null);
  }

  /** A table for people. `width`: columns of the terminal; that of this one, or 100, where left out. */
  toString(options: TableOptions = {}): string {
    return summaryTable(this, options);
  }

  toJSON() {
    const { name, inputShape, convention, layers, totals, error } = this;
    const failure = error === null ? {} : { error: error instanceof Error ? error.message : String(error) };
    const unknown = this.unknown.map(({ path, type, unknown }) => ({ path, type, reason: unknown }));
    const least = unknown.length > 0 ? { atLeast: true, unknown } : {};
    return { name, inputShape, convention, layers, totals, ...least, ...failure };
  }
}

/**
 * Sizes, parameters, operations and receptive fields of a network for an input of this shape, layer by layer, in
 * evaluation mode. Found from the recorded graph: nothing is computed and no parameter is made.
 * @throws ShapeError that names the layer which the input does not fit (not with `partial`); ArgumentError for a shape that
 * is none.
 * @example
 * import { nn, summarize } from "convsmith";
 * const summary = summarize(new nn.Conv2d(1, 64, 5, { padding: 2 }), [1, 1, 360, 640]);
 * console.log(summary.totals.parameters, summary.totals.flops); // 1664 737280000
 */
export function summarize(network: Network, inputShape: Shape, options: SummaryOptions = {}): Summary {
  const { rows: kind = "modules", partial = false } = options;
  const convention = conventionOf(options.convention ?? "exact");
  const recording = recordPartially(network, inputShape);
  if (recording.error !== null && !partial) throw recording.error;
  // Named by who recorded it.
  if (recording.gaps.length > 0 && !partial) recordNetwork(network, inputShape);
  const fields = new FieldMap(recording);
  const named = network.namedModules();
  const parameters = parametersByModule(network, named);
  const rows: { readonly end: number; readonly row: BareRow }[] = [];
  for (const gap of recording.gaps) {
    const found = gapRow(gap, named, parameters);
    if (found) rows.push({ end: gap.id, row: found });
  }
  const calls = callsOf(network, recording.order, parameters, named);
  for (const call of calls) {
    let own = parameters.get(call.module) ?? noParameters;
    parameters.delete(call.module);
    const { nodes } = call;
    for (const part of kind === "modules" || nodes.length === 0 ? [nodes] : nodes.map((node) => [node])) {
      rows.push({ end: part.at(-1)?.id ?? Infinity, row: rowOf(call, part, own, convention, fields) });
      own = noParameters;
    }
  }
  // In the order in which they were recorded: stable, so that what was not called stays behind.
  rows.sort((a, b) => (a.end === b.end ? 0 : a.end - b.end));
  return new Summary(
    network.constructor.name,
    inputShape,
    rows.map(({ row }) => row),
    { rows: kind, convention: convention.name, modules: modulesOf(named, recording), error: recording.error },
  );
}

/** A call that is not known: its parameters are. */
function gapRow(
  { scope, shape, reason }: Gap,
  named: ReadonlyMap<string, Module>,
  parameters: Map<Module, ParameterCount>,
): BareRow | null {
  const [path, module] = [...named].find(([, each]) => each === scope?.module) ?? [];
  if (path === undefined || !module) return null;
  const own = parameters.get(module) ?? noParameters;
  parameters.delete(module);
  const described = module.describe();
  return {
    path,
    type: module.constructor.name,
    description: /^the shape of its input/.test(reason) ? described : `${described} (not known)`,
    ops: [],
    outputShape: shape,
    activationBytes: shape ? 4 * numel(shape) : 0,
    ...own,
    ...sumCounts([]),
    receptiveField: null,
    unknown: reason,
  };
}

function modulesOf(named: ReadonlyMap<string, Module>, { order, gaps }: PartialRecording): ModuleEntry[] {
  const scopes = new Set<Scope>();
  // A parameter's leaf may have come to be in an earlier recording.
  const recorded = order.filter(({ op }) => op.kind !== "leaf");
  for (const node of [...recorded, ...gaps])
    for (let at = node.scope; at && !scopes.has(at); at = at.outer) scopes.add(at);
  const calls = new Map<object, number>();
  for (const { module } of scopes) calls.set(module, (calls.get(module) ?? 0) + 1);
  return [...named].map(([path, module]) => ({
    path,
    type: module.constructor.name,
    description: module.describe(),
    calls: calls.get(module) ?? 0,
  }));
}

function rowOf(
  call: Call,
  nodes: readonly Node[],
  own: ParameterCount,
  convention: Convention,
  fields: FieldMap,
): BareRow {
  const { module, path } = call;
  const last = nodes.at(-1);
  const counted = nodes.map((node) => convention.count(node, call));
  return {
    path,
    type: module.constructor.name,
    description: module.describe(),
    ops: nodes.map((node) => node.op.name),
    outputShape: last?.shape ?? null,
    activationBytes: nodes.reduce((bytes, node) => bytes + bytesOf(node), 0),
    ...own,
    ...sumCounts(nodes.map(costOf)),
    macs: counted.reduce((sum, { macs }) => sum + macs, 0),
    flops: counted.reduce((sum, { flops }) => sum + flops, 0),
    receptiveField: last ? fields.field(last) : null,
    unknown: null,
  };
}

/** Elements of four bytes: float32 and int32. */
const bytesOf = ({ op, shape }: Node) => (op.kind === "movement" ? 0 : 4 * numel(shape));
