import type { Node, Scope } from "../core/node.ts";
import type { Shape } from "../core/shape.ts";
import type { Module } from "../nn/index.ts";
import { type Count, costOf, sumCounts } from "./cost.ts";
import { FieldMap, type ReceptiveField } from "./receptive-field.ts";
import { type Network, recordNetwork } from "./recording.ts";
import { summaryTable, type TableOptions } from "./summary-table.ts";

/** One call of a module that records ops itself or holds parameters. */
export interface LayerRow extends Count {
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
  /** Elements of its own parameters, at its first call; what it shares with an earlier module is counted there. */
  readonly parameters: number;
  readonly trainable: number;
  readonly receptiveField: ReceptiveField | null;
}

export interface Totals extends Count {
  readonly parameters: number;
  readonly trainable: number;
}

/** What summarize() found. Totals are the sums of the rows. */
export class Summary {
  readonly name: string;
  readonly inputShape: Shape;
  readonly layers: readonly LayerRow[];
  readonly totals: Totals;

  constructor(name: string, inputShape: Shape, layers: readonly LayerRow[]) {
    this.name = name;
    this.inputShape = inputShape;
    this.layers = layers;
    const sum = (key: "parameters" | "trainable") => layers.reduce((total, layer) => total + layer[key], 0);
    this.totals = { parameters: sum("parameters"), trainable: sum("trainable"), ...sumCounts(layers) };
  }

  /** A table for people. `width`: columns of the terminal; that of this one, or 100, where left out. */
  toString(options: TableOptions = {}): string {
    return summaryTable(this, options);
  }

  toJSON(): { name: string; inputShape: Shape; layers: readonly LayerRow[]; totals: Totals } {
    const { name, inputShape, layers, totals } = this;
    return { name, inputShape, layers, totals };
  }
}

/**
 * Sizes, parameters, operations and receptive fields of a network for an input of this shape, layer by layer, in
 * evaluation mode. Found from the recorded graph: nothing is computed and no parameter is made.
 * @throws ShapeError that names the layer which the input does not fit; ArgumentError for a shape that is none.
 * @example
 * import { nn, summarize } from "convsmith";
 * const summary = summarize(new nn.Conv2d(1, 64, 5, { padding: 2 }), [1, 1, 360, 640]);
 * console.log(summary.totals.parameters, summary.totals.flops); // 1664 737280000
 */
export function summarize(network: Network, inputShape: Shape): Summary {
  const recording = recordNetwork(network, inputShape);
  const fields = new FieldMap(recording);
  const rows = rowsByCall(network, recording.order);
  const parameters = parametersByModule(network);
  const layers: LayerRow[] = [];
  for (const { module, path, nodes } of rows) {
    const own = parameters.get(module) ?? noParameters;
    parameters.delete(module);
    const last = nodes.at(-1);
    layers.push({
      path,
      type: module.constructor.name,
      description: module.describe(),
      ops: nodes.map((node) => node.op.name),
      outputShape: last?.shape ?? null,
      ...own,
      ...sumCounts(nodes.map(costOf)),
      receptiveField: last ? fields.field(last) : null,
    });
  }
  return new Summary(network.constructor.name, inputShape, layers);
}

interface Row {
  readonly module: Module;
  readonly path: string;
  readonly nodes: Node[];
}

/** Ops by the call of the innermost module that recorded them, by their last op; then modules that only hold parameters. */
function rowsByCall(network: Module, order: readonly Node[]): Row[] {
  const paths = new Map([...network.namedModules()].map(([path, module]) => [module as object, path]));
  const rows = new Map<Scope | null, Row>();
  const nodes = order.filter(({ op }) => op.kind !== "leaf" && !isConstant(op)).sort((a, b) => a.id - b.id);
  for (const node of nodes) {
    let { scope } = node;
    while (scope && !paths.has(scope.module)) scope = scope.outer;
    const module = (scope?.module ?? network) as Module;
    const row = rows.get(scope) ?? { module, path: paths.get(module)!, nodes: [] };
    // Put behind the rows that ended earlier.
    rows.delete(scope);
    rows.set(scope, row);
    row.nodes.push(node);
  }
  const called = new Set([...rows.values()].map(({ module }) => module));
  const holding = parametersByModule(network);
  const silent = [...network.namedModules()].filter(([, module]) => !called.has(module) && holding.has(module));
  return [...rows.values(), ...silent.map(([path, module]) => ({ module, path, nodes: [] }))];
}

/** A constant of an expression is no work of its own. */
const isConstant = (op: Node["op"]) => op.kind === "elementwise" && op.arity === 0;

const noParameters = { parameters: 0, trainable: 0 };

function parametersByModule(network: Module): Map<Module, { parameters: number; trainable: number }> {
  const modules = network.namedModules();
  const found = new Map<Module, { parameters: number; trainable: number }>();
  for (const [name, parameter] of network.namedParameters()) {
    const module = modules.get(name.slice(0, Math.max(0, name.lastIndexOf("."))))!;
    const sum = found.get(module) ?? noParameters;
    const { numel } = parameter;
    found.set(module, {
      parameters: sum.parameters + numel,
      trainable: sum.trainable + (parameter.requiresGrad ? numel : 0),
    });
  }
  return found;
}
