import type { Cell } from "../core/cell.ts";
import { dataOp, type Node } from "../core/node.ts";
import type { Attributes, AttributeValue, Op } from "../core/op.ts";
import type { DType, Shape } from "../core/shape.ts";
import type { RunRequest } from "./device.ts";

/** A node as the planner sees it: no numbers, no identity, equal ones merged. */
export interface PlanNode {
  readonly op: Op;
  readonly attributes: Attributes;
  readonly inputs: readonly number[];
  readonly shape: Shape;
  readonly dtype: DType;
  /** For a leaf: where its numbers are bound when the plan runs. */
  readonly slot: { readonly kind: "data" | "cell"; readonly index: number } | null;
}

/** A request's structure, and the arguments that it binds: two requests with equal keys run the same plan. */
export interface PlanGraph {
  readonly key: string;
  readonly nodes: readonly PlanNode[];
  readonly outputs: readonly number[];
  readonly writes: readonly { readonly cell: number; readonly node: number }[];
  /** The leaves' numbers, by slot; read when the plan runs. */
  readonly data: readonly Node[];
  readonly cells: readonly Cell[];
  /** For each of `nodes`, the recorded node that it stands for: it knows its layer. */
  readonly origins: readonly Node[];
}

/** Numbers the request's nodes in recording order, merging calls of the same op on the same inputs. */
export function planGraph(request: RunRequest): PlanGraph {
  const nodes: PlanNode[] = [];
  /** By place in the request's order. */
  const numbers: number[] = [];
  const known = new Map<string, number>();
  const data: Node[] = [];
  const cells: Cell[] = [];
  const cellSlots = new Map<Cell, number>();
  const origins: Node[] = [];
  const parts: string[] = [];
  const slotOf = (cell: Cell): number => {
    let slot = cellSlots.get(cell);
    if (slot === undefined) {
      slot = cells.push(cell) - 1;
      cellSlots.set(cell, slot);
    }
    return slot;
  };
  const push = (text: string, node: PlanNode, origin: Node): number => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const number = nodes.push(node) - 1;
    known.set(text, number);
    origins.push(origin);
    parts.push(text);
    return number;
  };
  for (const [place, node] of request.order.entries()) {
    const { op, attributes, shape, dtype, source } = node;
    const inputs = request.inputs[place]!.map((each) => numbers[each]!);
    if (source?.kind === "cell" && inputs.length === 1) {
      numbers.push(inputs[0]!);
      continue;
    }
    const leaf = (kind: "data" | "cell", index: number) =>
      push(
        `${kind} ${index} ${dtype} ${shape.join("x")}`,
        {
          op: kind === "data" ? dataOp : op,
          attributes: kind === "data" ? {} : attributes,
          inputs: [],
          shape,
          dtype,
          slot: { kind, index },
        },
        node,
      );
    if (isData(node)) numbers.push(leaf("data", data.push(node) - 1));
    else if (source?.kind === "cell") numbers.push(leaf("cell", slotOf(source.cell)));
    else {
      const text = `${op.name} ${attributesKey(attributes)} ${inputs.join(",")}`;
      numbers.push(push(text, { op, attributes, inputs, shape, dtype, slot: null }, node));
    }
  }
  const outputs = placesOf(request, request.outputs).map((place) => numbers[place]!);
  const places = placesOf(
    request,
    request.writes.map(({ node }) => node),
  );
  const writes = request.writes.map(({ cell }, at) => ({ cell: slotOf(cell), node: numbers[places[at]!]! }));
  parts.push(`outputs ${outputs.join(",")}`, `writes ${writes.map(({ cell, node }) => `${cell}:${node}`).join(",")}`);
  return { key: parts.join("\n"), nodes, outputs, writes, data, cells, origins };
}

/** A value that is there already is a leaf, whatever made it. */
export function isData(node: Node): boolean {
  return node.value !== null || node.bound || node.source?.kind === "data";
}

/** Where nodes stand in the request's order. */
export function placesOf({ order }: RunRequest, nodes: readonly Node[]): number[] {
  for (let place = 0; place < order.length; place++) order[place]!.place = place;
  return nodes.map((node) => node.place);
}

function attributesKey(attributes: Attributes): string {
  let key = "";
  for (const name in attributes) key += `${name}=${valueKey(attributes[name]!)} `;
  return key;
}

/** JSON, but for the numbers that it does not have: infinities, NaN and -0. */
function valueKey(value: AttributeValue): string {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (value !== null && typeof value === "object") return `[${value.map(valueKey).join()}]`;
  return String(value);
}

/** The numbers of a data slot. */
export function dataOf(node: Node): Float32Array | Int32Array {
  if (node.value) return node.value;
  if (node.source?.kind === "data") return node.source.data;
  throw new Error(`${node.op.name}: its numbers are not there when the plan runs`);
}
