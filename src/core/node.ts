import type { Cell } from "./cell.ts";
import { ShapeError } from "./errors.ts";
import type { Attributes, CompositionOp, LeafOp, Op } from "./op.ts";
import { areSizes, broadcastShapes, type DType, numel, type Shape } from "./shape.ts";

/** The modules that a node was recorded in, innermost first. Identity only: paths are found from the outermost module. */
export interface Scope {
  readonly module: object;
  readonly outer: Scope | null;
}

/** Where a leaf's numbers come from: an array copied at creation, or one version of a cell. */
export type Source =
  | { readonly kind: "data"; readonly data: Float32Array | Int32Array }
  | { readonly kind: "cell"; readonly cell: Cell; readonly version: number };

/** One call of one op. A node never changes, but for `value` and `lowered`, which are computed from it. */
export class Node {
  readonly id = ++lastId;
  readonly op: Op;
  readonly attributes: Attributes;
  /** Emptied when the node's history is released: `value` then stands for it. */
  inputs: readonly Node[];
  readonly shape: Shape;
  readonly dtype: DType;
  readonly scope: Scope | null;
  readonly source: Source | null;
  /** The body of a composition. */
  readonly lowered: Node | null;
  /** Numbers that have been computed, row-major. */
  value: Float32Array | Int32Array | null = null;
  /** A run that is queued will set `value`: later runs may count on it. */
  bound = false;
  /** Runs in the queue, and callers, that will read `value`. */
  readers = 0;
  /** Its user wants the value to stay. */
  kept = false;
  /** The last walk over the graph that has seen it, and its place in that one's order. */
  walk = 0;
  place = 0;
  /** Recorded under noGrad: gradients do not pass. */
  readonly constant = gradientsOff > 0;

  constructor(
    op: Op,
    inputs: readonly Node[],
    attributes: Attributes,
    shape: Shape,
    dtype: DType,
    source: Source | null = null,
    lowered: Node | null = null,
  ) {
    this.op = op;
    this.inputs = inputs;
    this.attributes = attributes;
    this.shape = shape;
    this.dtype = dtype;
    this.source = source;
    this.lowered = lowered;
    this.scope = currentScope;
  }
}

let lastId = 0;
let gradientsOff = 0;

/** Nodes that `body` records let no gradient through. */
export function withoutGradients<T>(body: () => T): T {
  gradientsOff++;
  try {
    return body();
  } finally {
    gradientsOff--;
  }
}

let currentScope: Scope | null = null;

/** Runs `body` with `module` as the innermost scope. */
export function inScope<T>(module: object, body: () => T): T {
  const outer = currentScope;
  currentScope = { module, outer };
  try {
    return body();
  } finally {
    currentScope = outer;
  }
}

export function scope(): Scope | null {
  return currentScope;
}

/** Runs `body` with the scope that `node` was recorded in, where there is none now: what belongs to a layer is found by it. */
export function inScopeOf<T>(node: Node, body: () => T): T {
  const outer = currentScope;
  currentScope ??= node.scope;
  try {
    return body();
  } finally {
    currentScope = outer;
  }
}

let log: Node[] | null = null;

/** What `body` records belongs to no layer, and is not seen by watchRecording: nodes that several graphs share. */
export function apart<T>(body: () => T): T {
  const [outer, seen] = [currentScope, log];
  currentScope = log = null;
  try {
    return body();
  } finally {
    currentScope = outer;
    log = seen;
  }
}

/** Every node that `body` records, in order: also when it throws half-way. A composition is one node, without its body's. */
export function watchRecording(body: () => void): { readonly nodes: readonly Node[]; readonly error: unknown } {
  const before = log;
  const nodes: Node[] = [];
  log = nodes;
  try {
    body();
    return { nodes, error: null };
  } catch (error) {
    return { nodes, error };
  } finally {
    log = before;
  }
}

const noAttributes: Attributes = {};

/** Records one call: the only way in which a node that is not a leaf comes to be. @throws ShapeError from the op's rule. */
export function record(op: Op, inputs: readonly Node[], attributes: Attributes = noAttributes): Node {
  const node = made(op, inputs, attributes);
  const { shape } = node;
  // Beyond, sizes can't be told apart from their neighbours.
  if (!areSizes([numel(shape), ...shape], Number.MAX_SAFE_INTEGER)) {
    throw new ShapeError(op.name, "needs fewer than 2^53 elements", { output: shape });
  }
  log?.push(node);
  return node;
}

function made(op: Op, inputs: readonly Node[], attributes: Attributes): Node {
  switch (op.kind) {
    case "elementwise": {
      const shape = broadcastShapes(
        op.name,
        inputs.map((node) => node.shape),
      );
      return new Node(op, inputs, attributes, shape, op.dtype?.(inputs, attributes) ?? "float32");
    }
    case "primitive":
      return new Node(
        op,
        inputs,
        attributes,
        op.shape(inputs, attributes),
        op.dtype?.(inputs, attributes) ?? "float32",
      );
    case "movement":
    case "placement":
      return new Node(op, inputs, attributes, op.shape(inputs, attributes), inputs[0]!.dtype);
    case "composition":
      return composition(op, inputs, attributes);
    case "leaf":
      throw new TypeError(`${op.name} is a leaf: use dataNode or cellNode`);
  }
}

function composition(op: CompositionOp, inputs: readonly Node[], attributes: Attributes): Node {
  op.check?.(inputs, attributes);
  const outer = log;
  log = null;
  try {
    const body = op.body(inputs, attributes);
    return new Node(op, inputs, attributes, body.shape, body.dtype, null, body);
  } finally {
    log = outer;
  }
}

export const dataOp: LeafOp = { kind: "leaf", name: "data" };
export const cellOp: LeafOp = { kind: "leaf", name: "cell" };

/** A leaf over numbers that the caller will not change. A plan takes them as an argument, so new numbers need no new plan. */
export function dataNode(data: Float32Array | Int32Array, shape: Shape): Node {
  return new Node(dataOp, [], noAttributes, shape, data instanceof Int32Array ? "int32" : "float32", {
    kind: "data",
    data,
  });
}

/** A leaf that reads the cell's current version. */
export function cellNode(cell: Cell): Node {
  return new Node(cellOp, [], noAttributes, cell.shape, cell.dtype, { kind: "cell", cell, version: cell.version });
}

/** The node that stands for this one in gradients and plans: compositions replaced by their bodies. */
export function lower(node: Node): Node {
  let current = node;
  while (current.lowered) current = current.lowered;
  return current;
}
