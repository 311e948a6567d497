import type { Cell } from "../core/cell.ts";
import type { Node } from "../core/node.ts";
import type { Attributes, AttributeValue, Op } from "../core/op.ts";
import type { DType, Shape } from "../core/shape.ts";
import type { RunRequest } from "./device.ts";
import { isData, type PlanGraph, placesOf, planGraph } from "./plan-graph.ts";

/** A node of a request, as far as the structure of its plan depends on it. */
interface Trace {
  /** For a leaf: where its numbers come from. An alias reads a cell whose value is computed in the same plan. */
  readonly kind: "data" | "cell" | "alias" | "computed";
  /** Of a cell. */
  readonly slot: number;
  readonly op: Op;
  readonly attributes: Attributes;
  readonly inputs: readonly number[];
  readonly shape: Shape;
  readonly dtype: DType;
}

interface Known {
  readonly traces: readonly Trace[];
  readonly outputs: readonly number[];
  readonly writes: readonly { readonly cell: number; readonly place: number }[];
  readonly graph: Pick<PlanGraph, "key" | "nodes" | "outputs" | "writes">;
  /** Places of the nodes that the plan's nodes stand for. */
  readonly origins: readonly number[];
}

/** Requests that are remembered. */
const limit = 64;

/** Gives the graphs of plans, as planGraph does: of a request that is built like an earlier one, without its text. */
export class GraphMemo {
  /** By a number that equal structures share, those used last at the end. */
  readonly #known = new Map<number, Known>();

  graph(request: RunRequest): PlanGraph {
    const outputs = placesOf(request, request.outputs);
    const hash = hashOf(request, outputs);
    const known = this.#known.get(hash);
    if (known) {
      this.#known.delete(hash);
      const leaves = matches(known, request, outputs);
      if (leaves) {
        this.#known.set(hash, known);
        return { ...known.graph, ...leaves, origins: known.origins.map((place) => request.order[place]!) };
      }
    }
    const graph = planGraph(request);
    this.#known.set(hash, trace(request, outputs, graph));
    for (const each of this.#known.keys()) {
      if (this.#known.size <= limit) break;
      this.#known.delete(each);
    }
    return graph;
  }
}

const mix = (hash: number, value: number) => Math.imul(hash ^ value, 0x01000193);

/** Inputs, hints of the ops and the leaves' shapes: what most requests differ in. */
function hashOf({ order, inputs }: RunRequest, outputs: readonly number[]): number {
  let hash = order.length;
  for (let place = 0; place < order.length; place++) {
    const own = inputs[place]!;
    const { op, shape } = order[place]!;
    hash = mix(hash, own.length + (op.name.length << 4) + (op.name.charCodeAt(0) << 16));
    for (let at = 0; at < own.length; at++) hash = mix(hash, own[at]!);
    if (own.length > 0) continue;
    for (let axis = 0; axis < shape.length; axis++) hash = mix(hash, shape[axis]!);
  }
  for (const place of outputs) hash = mix(hash, place);
  return hash;
}

function kindOf(node: Node, inputs: readonly number[]): Trace["kind"] {
  const cell = node.source?.kind === "cell";
  if (cell && inputs.length === 1) return "alias";
  return isData(node) ? "data" : cell ? "cell" : "computed";
}

function trace(request: RunRequest, outputs: readonly number[], graph: PlanGraph): Known {
  const slots = new Map(graph.cells.map((cell, slot) => [cell, slot]));
  const traces = request.order.map((node, place): Trace => {
    const inputs = request.inputs[place]!;
    const { op, attributes, shape, dtype, source } = node;
    const kind = kindOf(node, inputs);
    const slot = kind === "cell" && source?.kind === "cell" ? slots.get(source.cell)! : -1;
    return { kind, slot, op, attributes, inputs, shape, dtype };
  });
  const { key, nodes, writes } = graph;
  const origins = placesOf(request, graph.origins);
  return {
    traces,
    outputs,
    writes: request.writes.map(({ cell, node }) => ({ cell: slots.get(cell)!, place: node.place })),
    graph: { key, nodes, outputs: graph.outputs, writes },
    origins,
  };
}

/** The request's leaves by slot, if it is built as the known one is. */
function matches(
  known: Known,
  request: RunRequest,
  outputs: readonly number[],
): Pick<PlanGraph, "data" | "cells"> | null {
  const { order, inputs, writes } = request;
  const { traces } = known;
  if (order.length !== traces.length || writes.length !== known.writes.length) return null;
  if (!sameNumbers(outputs, known.outputs)) return null;
  const data: Node[] = [];
  const cells: Cell[] = [];
  const slots = new Map<Cell, number>();
  const slotOf = (cell: Cell): number => {
    const slot = slots.get(cell);
    if (slot !== undefined) return slot;
    slots.set(cell, cells.length);
    return cells.push(cell) - 1;
  };
  for (let place = 0; place < order.length; place++) {
    const node = order[place]!;
    const own = traces[place]!;
    const kind = kindOf(node, inputs[place]!);
    if (kind !== own.kind || !sameNumbers(inputs[place]!, own.inputs)) return null;
    if (kind === "computed") {
      if (node.op !== own.op || !sameAttributes(node.attributes, own.attributes)) return null;
    } else if (kind !== "alias") {
      if (node.dtype !== own.dtype || !sameNumbers(node.shape, own.shape)) return null;
      if (kind === "data") data.push(node);
      else if (node.source?.kind === "cell" && slotOf(node.source.cell) !== own.slot) return null;
    }
  }
  for (let at = 0; at < writes.length; at++) {
    const { cell, node } = writes[at]!;
    if (node.place !== known.writes[at]!.place || slotOf(cell) !== known.writes[at]!.cell) return null;
  }
  return { data, cells };
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

function sameAttributes(a: Attributes, b: Attributes): boolean {
  if (a === b) return true;
  for (const name in a) if (!sameValue(a[name], b[name])) return false;
  for (const name in b) if (!(name in a)) return false;
  return true;
}

function sameValue(a: AttributeValue | undefined, b: AttributeValue | undefined): boolean {
  if (Object.is(a, b)) return true;
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (!sameValue(a[at], b[at])) return false;
  return true;
}
