import { opsOf } from "../../../analysis/calls.ts";
import { recorded } from "../../../analysis/recording.ts";
import type { Cell } from "../../../core/cell.ts";
import { dataOp, type Node, type Scope } from "../../../core/node.ts";
import type { OnnxNode, OnnxValue } from "../../../core/onnx.ts";
import type { Module } from "../../../nn/index.ts";
import { onnxRules } from "../../../ops/onnx.ts";
import { Call, type SizedTensor, type Surroundings, steadySizes } from "./call.ts";
import { OnnxGraph } from "./graph.ts";
import { align, type Recordings } from "./recordings.ts";

/** A network as ONNX nodes, with the cells that it stores. */
export interface WrittenGraph {
  readonly nodes: readonly OnnxNode[];
  /** By name, in the order of the state_dict. */
  readonly stored: ReadonlyMap<string, Cell>;
}

/** @throws FixedSize where the file could not say what other sizes need; ConvsmithError for a call that has no ONNX form. */
export function writeGraph(
  network: Module,
  { recordings, nodes }: Recordings,
  opset: number,
  input: string,
  outputs: readonly string[],
): WrittenGraph {
  const writer = new Writer(network, opset, nodes);
  writer.put(
    recordings.map((each) => each.input),
    input,
  );
  for (const same of nodes) writer.write(same);
  const ends = new Map(outputs.map((name, at) => [name, writer.nameOf(recordings[0]!.outputs[at]!)]));
  const stored = writer.sorted();
  return { nodes: writer.graph.finish(ends, [input, ...stored.keys()]), stored };
}

class Writer implements Surroundings {
  readonly graph = new OnnxGraph();
  readonly opset: number;
  readonly tensors: SizedTensor[] = [];
  readonly truths = new Map<string, string>();
  readonly stored = new Map<string, Cell>();
  /** By the node of the first recording. */
  readonly #values = new Map<Node, OnnxValue>();
  readonly #paths: ReadonlyMap<object, string>;
  readonly #cells = new Map<Cell, string>();
  /** The composition whose body is written: messages name it. */
  #within: string | null = null;
  /** How many ops each call of a module records itself. */
  readonly #ops = new Map<Scope | null, number>();

  constructor(network: Module, opset: number, nodes: readonly (readonly Node[])[]) {
    this.opset = opset;
    this.#paths = new Map([...network.namedModules()].map(([path, module]) => [module, path]));
    for (const [name, { cell }] of network.stateDict()) if (!this.#cells.has(cell)) this.#cells.set(cell, name);
    for (const { scope } of opsOf(nodes.map(([node]) => node!))) this.#ops.set(scope, (this.#ops.get(scope) ?? 0) + 1);
  }

  nameOf(node: Node): string {
    return this.#values.get(node)!.name;
  }

  /** What is stored, whatever was recorded before: the same network always gives the same file. */
  sorted(): Map<string, Cell> {
    const places = new Map([...this.#cells.values()].map((name, at) => [name, at]));
    const place = (name: string) => places.get(name) ?? places.size;
    return new Map([...this.stored].sort(([a], [b]) => place(a) - place(b)));
  }

  put(same: readonly Node[], name: string): void {
    const shapes = same.map(({ shape }) => shape);
    const value = { name, sizes: steadySizes(shapes) };
    this.#values.set(same[0]!, value);
    if (value.sizes.includes(null)) this.tensors.push({ name, shapes });
  }

  write(same: readonly Node[]): void {
    const [node] = same as [Node];
    if (!this.#values.has(node)) this.put(same, node.op.kind === "leaf" ? this.#leaf(node) : this.#call(same));
  }

  writeBody(same: readonly Node[]): string {
    const inputs = same.map((node) => [...new Set(node.inputs)]);
    const bodies = same.map((node) => node.lowered!);
    const outer = this.#within;
    this.#within ??= same[0]!.op.name;
    const orders = bodies.map((body, which) => recorded([body], undefined, new Set(inputs[which])));
    for (const each of align(orders, inputs)) this.write(each);
    this.#within = outer;
    return this.nameOf(bodies[0]!);
  }

  #leaf({ op, source, shape, scope }: Node): string {
    if (source?.kind === "cell") {
      const { cell } = source;
      const name = this.#cells.get(cell) ?? cell.name;
      this.stored.set(name, cell);
      return name;
    }
    const { path } = this.#pathOf(scope);
    const data = source?.kind === "data" && op === dataOp ? source.data : new Float32Array(0);
    const kind = data instanceof Int32Array ? "int" : "float";
    return this.graph.constant({ kind, shape, numbers: Float64Array.from(data) }, path || "constant");
  }

  #call(same: readonly Node[]): string {
    const [node] = same as [Node];
    const { path, isBlock } = this.#pathOf(node.scope);
    const sole = !isBlock && this.#ops.get(node.scope) === 1;
    const label = sole ? path : [path, node.op.name].filter(Boolean).join(".");
    const call = new Call(
      this,
      same,
      node.inputs.map((each) => this.#values.get(each)!),
      label,
      [path, this.#within ?? node.op.name],
    );
    const before = this.graph.size;
    const rule = onnxRules.get(node.op);
    const result = rule ? rule(call) : call.body();
    this.graph.rename(result, label, before);
    return result;
  }

  /** Of the innermost module that the network knows. */
  #pathOf(scope: Scope | null): { readonly path: string; readonly isBlock: boolean } {
    let at = scope;
    while (at && !this.#paths.has(at.module)) at = at.outer;
    const module = at?.module as Module | undefined;
    if (!module) return { path: "", isBlock: true };
    const path = this.#paths.get(module)!;
    return { path, isBlock: path === "" || module.namedChildren().size > 0 };
  }
}
