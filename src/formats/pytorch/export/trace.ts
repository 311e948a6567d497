import { inMode, placeholder, tensorsIn } from "../../../analysis/recording.ts";
import { Generator } from "../../../core/generator.ts";
import { dataNode, type Node, type Scope, scope, watchRecording } from "../../../core/node.ts";
import type { BatchAxis } from "../../../core/pytorch.ts";
import type { Shape } from "../../../core/shape.ts";
import { Module } from "../../../nn/index.ts";
import { type CallWatcher, watchCalls } from "../../../nn/module.ts";
import * as ops from "../../../ops/index.ts";
import { noGrad, Tensor, withGenerator } from "../../../tensor/index.ts";

/** One call of a module, and what happened directly inside it: ops and calls, in order. */
export interface TracedCall {
  readonly module: Module;
  /** The tensors that it was given. */
  readonly inputs: readonly Node[];
  readonly output: unknown;
  readonly items: readonly (TracedCall | Node)[];
}

export interface Trace {
  readonly root: TracedCall;
  /** By module: a layer may be called several times. */
  readonly calls: ReadonlyMap<Module, readonly TracedCall[]>;
  /** Nodes that stand for an unchanged input, by which what comes before and after dropout is told apart. */
  readonly unchanged: ReadonlyMap<Node, Node>;
  readonly batchAxis: BatchAxis;
}

export type ExportedNetwork = Module & { forward(x: Tensor): unknown };

/** Whether the names of a network's numbers are not those of its modules': then its modules are no layers of PyTorch. */
export const isFlat = (network: Module): boolean => network.stateDict !== Module.prototype.stateDict;

/** Records one call of a network in evaluation, with the calls of modules inside. Nothing is computed. */
export function traceNetwork(network: ExportedNetwork, inputShape: Shape): Trace {
  const { trace, nodes } = recordCalls(network, inputShape);
  return { ...trace, batchAxis: axesOf(nodes, largerBatch(network, inputShape)) };
}

/** The same for one sample more; empty where the network does not take it. */
function largerBatch(network: ExportedNetwork, [batch, ...rest]: Shape): readonly Node[] {
  if (batch === undefined) return [];
  try {
    return recordCalls(network, [batch + 1, ...rest]).nodes;
  } catch {
    // Whatever it throws: at its own batch it went through.
    return [];
  }
}

function axesOf(nodes: readonly Node[], larger: readonly Node[]): BatchAxis {
  const alike = nodes.length === larger.length && nodes.every((node, at) => node.op === larger[at]!.op);
  const axes = new Map<unknown, number>();
  for (const [at, { shape }] of alike ? nodes.entries() : []) {
    const grown = [...shape.keys()].filter((axis) => shape[axis] !== larger[at]!.shape[axis]);
    if (grown.length === 1) axes.set(nodes[at], grown[0]!);
  }
  return (type) => axes.get(type) ?? null;
}

function recordCalls(network: ExportedNetwork, inputShape: Shape) {
  const tracer = new Tracer();
  const x = placeholder(inputShape);
  let output: unknown;
  const body = () => {
    output = isFlat(network) ? network.forward(x) : watchCalls(tracer.watch, () => network.forward(x));
  };
  const record = () => inMode(network, false, () => noGrad(() => withGenerator(new Generator(0), body)));
  const { nodes, error } = watchRecording(record);
  if (error !== null) throw error;
  if (isFlat(network)) {
    const root = { module: network, inputs: [x.node], output, items: nodes };
    return { nodes, trace: { root, calls: new Map([[network, [root]]]), unchanged: new Map<Node, Node>() } };
  }
  return { nodes, trace: { root: tracer.finish(nodes), calls: tracer.calls, unchanged: tracer.unchanged } };
}

interface Open extends TracedCall {
  output: unknown;
  readonly items: (TracedCall | Node)[];
  /** When each item began, in the count of nodes. */
  readonly began: Map<TracedCall | Node, number>;
}

class Tracer {
  readonly calls = new Map<Module, Open[]>();
  readonly unchanged = new Map<Node, Node>();
  readonly #byScope = new Map<Scope, Open>();
  #root: Open | null = null;

  readonly watch: CallWatcher = (module, inputs, call) => {
    const own = scope()!;
    const items: Open["items"] = [];
    const made: Open = {
      module,
      inputs: tensorsIn(inputs).map(({ node }) => node),
      output: null,
      items,
      began: new Map(),
    };
    this.#byScope.set(own, made);
    this.calls.set(module, [...(this.calls.get(module) ?? []), made]);
    const outer = own.outer && this.#byScope.get(own.outer);
    if (outer) outer.began.set(made, lastId());
    else this.#root = made;
    made.output = this.#renewed(call(), made.inputs);
    return made.output;
  };

  /** An output that is an input gets a node of its own. */
  #renewed(output: unknown, inputs: readonly Node[]): unknown {
    if (!(output instanceof Tensor) || !inputs.includes(output.node)) return output;
    const node = ops.reshape(output.node, output.shape);
    this.unchanged.set(node, output.node);
    return new Tensor(node);
  }

  /** Sorts what was recorded into the calls. */
  finish(nodes: readonly Node[]): TracedCall {
    for (const node of nodes) if (node.scope) this.#byScope.get(node.scope)?.began.set(node, node.id);
    for (const call of this.#byScope.values()) {
      const sorted = [...call.began].sort(([, a], [, b]) => a - b);
      for (const [item] of sorted) call.items.push(item);
    }
    return this.#root!;
  }
}

const lastId = () => dataNode(new Float32Array(1), []).id;
