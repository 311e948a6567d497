import { ConvsmithError } from "../core/errors.ts";
import { constant, input, substitute, toInt } from "../core/expression.ts";
import { type LayoutWish, noBorder, type OutputOrder } from "../core/kernel.ts";
import type { ElementwiseOp, PlacementOp, PrimitiveOp } from "../core/op.ts";
import { numel, sameShape } from "../core/shape.ts";
import {
  type Access,
  type Deferred,
  emitDeferred,
  InputList,
  identity,
  isView,
  type Lazy,
  moveAll,
  movesAfter,
  moveView,
  shareInputs,
  storeThrough,
  weight,
} from "./lazy.ts";
import type { PlanBackend } from "./plan.ts";
import type { PlanGraph, PlanNode } from "./plan-graph.ts";
import { reductionDeferred } from "./reduction.ts";
import { StepList } from "./steps.ts";
import {
  type Buffer,
  broadcastView,
  channelsLastLayout,
  contiguousLayout,
  layoutOf,
  pattern,
  sameStrides,
  satisfies,
  type View,
} from "./view.ts";
import { consumersOf, mergeWishes } from "./wishes.ts";
import { followed, isLong, moving, together, type Work } from "./work.ts";

/** Work on an element that may be done twice rather than stored. */
const cheap = 4;
const inputLimit = 10;

/** Turns a plan graph into steps, one node after the other. */
export class PlanBuilder extends StepList {
  readonly dataBuffers: Buffer[] = [];
  readonly graph: PlanGraph;
  readonly #accesses: (Access | undefined)[] = [];
  /** How many nodes and results use a node. */
  readonly #uses: readonly number[];
  readonly #wishes: readonly (LayoutWish | null)[];
  readonly #outputs: ReadonlySet<number>;
  readonly #written: ReadonlySet<number>;
  /** Nodes that can be computed straight into a cell, since nothing reads its old value. */
  readonly #homes = new Map<number, number>();
  readonly #conversions = new Map<string, View>();

  constructor(graph: PlanGraph, backend: PlanBackend) {
    super(backend);
    this.graph = graph;
    this.#uses = consumersOf(graph);
    this.#wishes = mergeWishes(graph, backend);
    this.#outputs = new Set(graph.outputs);
    this.#written = new Set(graph.writes.map(({ node }) => node));
    const read = new Set(graph.nodes.flatMap(({ slot }) => (slot?.kind === "cell" ? [slot.index] : [])));
    for (const { cell, node } of graph.writes) {
      if (!read.has(cell) && !graph.nodes[node]!.slot && !this.#homes.has(node)) this.#homes.set(node, cell);
    }
    for (let index = 0; index < graph.nodes.length; index++) this.#accesses[index] = this.#visit(index);
  }

  /** What stands for a node now. */
  access(index: number): Access {
    return this.#accesses[index]!;
  }

  node(index: number): PlanNode {
    return this.graph.nodes[index]!;
  }

  uses(index: number): number {
    return this.#uses[index]!;
  }

  #visit(index: number): Access {
    const node = this.node(index);
    if (node.slot) return this.#leaf(node);
    switch (node.op.kind) {
      case "movement":
        return this.#move(index, node);
      case "elementwise":
        return this.#elementwise(index, node, node.op);
      case "placement":
        return this.#place(index, node, node.op);
      case "primitive":
        return this.#primitive(index, node, node.op);
      default:
        throw new Error(`${node.op.name} can't be planned`);
    }
  }

  #leaf(node: PlanNode): View {
    const { kind, index } = node.slot!;
    let buffer: Buffer;
    if (kind === "data")
      buffer = this.dataBuffers[index] = this.buffer(numel(node.shape), null, { kind: "data", slot: index });
    else buffer = this.cellBuffer(index, numel(node.shape));
    return { buffer, shape: node.shape, dtype: node.dtype, ...contiguousLayout(node.shape) };
  }

  #move(index: number, node: PlanNode): Access {
    const source = node.inputs[0]!;
    const from = this.access(source);
    if (isView(from)) {
      const moved = moveView(from, node);
      if (moved) return moved;
      const work: Work = { label: "copy", nodes: [index], moves: false };
      return this.#settle(index, { ...identity(from, work), shape: node.shape, tail: [node] });
    }
    const work = followed([from.work], from.work.label, index, node);
    if (from.kind === "deferred") {
      if (this.#uses[source] === 1)
        return this.#settle(index, { ...from, work, shape: node.shape, tail: [...from.tail, node] });
      return this.#moveAgain(index, node, source);
    }
    if (numel(node.shape) > numel(from.shape) && weight(from.expression) > 1)
      return this.#moveAgain(index, node, source);
    if (from.tail.length === 0) {
      const moved = moveAll(from.inputs, from.base, node);
      if (moved) return this.#settle(index, { ...from, work, base: node.shape, shape: node.shape, inputs: moved });
    }
    return this.#settle(index, { ...from, work, shape: node.shape, tail: [...from.tail, node] });
  }

  #moveAgain(index: number, node: PlanNode, source: number): Access {
    this.materialize(source);
    return this.#move(index, node);
  }

  /** Decides whether a value waits to be inlined, or is computed now. */
  #settle(index: number, access: Lazy | Deferred): Access {
    this.#accesses[index] = access;
    const final = this.#written.has(index) || this.#outputs.has(index);
    const uses = this.#uses[index]!;
    const wished = this.#wishes[index] !== null;
    const waits =
      !isLong(access.work) &&
      (access.kind === "deferred"
        ? uses === 1 && !final && !wished
        : !wished && (uses === 1 || (access.tail.length === 0 && (final || weight(access.expression) <= cheap))));
    return waits ? access : this.materialize(index);
  }

  #elementwise(index: number, node: PlanNode, op: ElementwiseOp): Access {
    const fused = this.#fuse(index, node, op);
    if (fused) return this.#settle(index, fused);
    for (const each of node.inputs) {
      const from = this.access(each);
      if (isView(from)) continue;
      const grows = numel(from.shape) < numel(node.shape) && weight(from.expression) > 1;
      if (from.kind === "deferred" || from.tail.length > 0 || grows) this.materialize(each);
    }
    for (;;) {
      const list = new InputList();
      const parts = node.inputs.map((each) => list.take(this.access(each), node.shape));
      if (list.views.length <= inputLimit) {
        const expression = op.expression(parts, node.attributes);
        const inherited = this.#waiting(node.inputs);
        const names = inherited.flatMap(({ label }) => (label === "copy" ? [] : [label]));
        const label = [...new Set([...names, op.name])].slice(-3).join(" ");
        return this.#settle(index, {
          kind: "lazy",
          base: node.shape,
          shape: node.shape,
          dtype: node.dtype,
          expression,
          inputs: list.views,
          tail: [],
          work: followed(inherited, label, index, node),
        });
      }
      const largest = node.inputs
        .filter((each) => !isView(this.access(each)))
        .sort((a, b) => (this.access(b) as Lazy).inputs.length - (this.access(a) as Lazy).inputs.length)[0]!;
      this.materialize(largest);
    }
  }

  /** The work of those nodes that no step does yet. */
  #waiting(nodes: readonly number[]): Work[] {
    return nodes.map((each) => this.access(each)).flatMap((from) => (isView(from) ? [] : [from.work]));
  }

  /** Takes an elementwise node into the epilogue of the kernel that makes one of its inputs. */
  #fuse(index: number, node: PlanNode, op: ElementwiseOp): Deferred | null {
    const candidates = node.inputs.filter((each, at) => {
      const from = this.access(each);
      if (isView(from) || from.kind !== "deferred" || this.#uses[each] !== 1 || !sameShape(from.shape, node.shape))
        return false;
      const others = node.inputs.filter((other, position) => position !== at && other !== each);
      return from.tail.length === 0 || others.every((other) => numel(this.node(other).shape) === 1);
    });
    const chosen = candidates[candidates.length - 1];
    if (chosen === undefined) return null;
    for (const each of node.inputs) {
      const from = this.access(each);
      if (each === chosen || isView(from)) continue;
      const grows = numel(from.shape) < numel(node.shape) && weight(from.expression) > 1;
      if (from.kind === "deferred" || from.tail.length > 0 || grows) this.materialize(each);
    }
    const kernel = this.access(chosen) as Deferred;
    const list = new InputList();
    const result = input(-1);
    const own = substitute(kernel.expression, (at) => (at === 0 ? result : list.add(kernel.operands[at - 1]!)));
    const base = kernel.base;
    const parts = node.inputs.map((each) => {
      if (each === chosen) return own;
      const from = this.access(each);
      // Behind a move the other operands have one element: they are the same before it.
      const shape = kernel.tail.length > 0 ? base : node.shape;
      return kernel.tail.length > 0 && isView(from)
        ? list.inline(input(0), [{ ...from, shape: [], strides: [] }], shape)
        : list.take(from, shape);
    });
    if (list.views.length > inputLimit - 2) return null;
    const inlined = this.#waiting(node.inputs.filter((each) => each !== chosen));
    const expression = substitute(op.expression(parts, node.attributes), (at) => (at < 0 ? input(0) : input(at + 1)));
    return {
      ...kernel,
      expression: shareInputs(expression),
      operands: list.views,
      dtype: node.dtype,
      work: followed([kernel.work, ...inlined], `${kernel.work.label} ${op.name}`, index, node),
    };
  }

  #place(index: number, node: PlanNode, op: PlacementOp): View {
    const { fill, regions } = op.placement(
      node.inputs.map((each) => this.node(each)),
      node,
      node.attributes,
    );
    const output = this.allocate(index, "any");
    const work = { nodes: [index], moves: false };
    const value = node.dtype === "int32" ? toInt(constant(fill ?? 0)) : constant(fill ?? 0);
    if (fill !== null) this.elementwise({ ...work, label: `${op.name} fill` }, node.shape, [], [output], [value]);
    for (const [which, region] of regions.entries()) {
      const source = node.inputs[which]!;
      const shape = this.node(source).shape;
      if (numel(shape) === 0) continue;
      const offset = region.offsets.reduce((sum, start, axis) => sum + start * output.strides[axis]!, output.offset);
      const strides = output.strides.map((stride, axis) => stride * region.steps[axis]!);
      this.#computeNode(source, { ...output, shape, strides, offset }, { ...work, label: op.name });
    }
    return output;
  }

  /** Computes a node into a given place. */
  #computeNode(index: number, output: View, work: Work): void {
    let from = this.access(index);
    if (!isView(from) && from.kind === "deferred") {
      if (from.order === "scatter" && from.tail.length === 0) {
        // Nothing else waits for it: the kernel stores its results where they are wanted.
        emitDeferred(from, output, together(`${from.work.label} ${work.label}`, [from.work, work]));
        this.#accesses[index] = output;
        return;
      }
      from = this.materialize(index);
    }
    this.compute(isView(from) ? identity(from, work) : from, output);
  }

  #primitive(index: number, node: PlanNode, op: PrimitiveOp): Access {
    if (op.reduction) return this.#settle(index, reductionDeferred(this, index, node, op.reduction));
    const types = node.inputs.map((each) => this.node(each));
    const { kernels, target } = this.backend;
    const kernel = kernels.find((each) => each.op === op && each.accepts(types, node, node.attributes, target));
    if (!kernel) return this.#ofNothing(index, node);
    const wishes = kernel.wishes(types, node, node.attributes);
    const inputs = node.inputs.map((each, which) => this.demand(each, wishes.inputs[which]!, index));
    const deferred: Deferred = {
      kind: "deferred",
      base: node.shape,
      shape: node.shape,
      dtype: node.dtype,
      expression: input(0),
      operands: [],
      tail: [],
      work: { label: kernel.name, nodes: [index], moves: false },
      order: wishes.output,
      emit: (output, layout, epilogue, operands, work) => {
        const plan = kernel.plan({
          inputs: types,
          output: node,
          attributes: node.attributes,
          inputLayouts: inputs.map(layoutOf),
          outputLayout: layout,
          epilogue,
          target,
        });
        this.emit(plan, inputs, [output], operands, work);
      },
    };
    if (wishes.epilogue) return this.#settle(index, deferred);
    const output = this.allocate(index, wishes.output);
    deferred.emit(output, layoutOf(output), null, [], deferred.work);
    return output;
  }

  /** Kernels take no empty tensors: there is nothing to compute, or a sum of nothing, to which a bias may be added. */
  #ofNothing(index: number, node: PlanNode): View {
    if (node.inputs.every((each) => numel(this.node(each).shape) > 0)) {
      throw new ConvsmithError(`${node.op.name}: the device has no kernel for this call`);
    }
    const output = this.allocate(index, "any");
    const bias = node.inputs.slice(2).map((each) => broadcastView(this.view(each), node.shape));
    const work = { label: node.op.name, nodes: [index], moves: false };
    this.elementwise(work, node.shape, bias, [output], [bias.length > 0 ? input(0) : constant(0)]);
    return output;
  }

  /** The node's numbers in memory, wherever they lie. */
  view(index: number): View {
    const access = this.access(index);
    return isView(access) ? access : this.materialize(index);
  }

  /** The node's numbers in a layout that the kernel of node number `reader` wants: converted where they are not. */
  demand(index: number, wish: LayoutWish, reader: number): View {
    const view = this.view(index);
    if (satisfies(view, wish)) return view;
    const key = `${index} ${JSON.stringify(wish)}`;
    const known = this.#conversions.get(key);
    if (known) return known;
    const shape = this.node(index).shape;
    const border = wish.order === "channelsLast" ? wish.border : null;
    const converted = this.bordered(shape, view.dtype, border, reader);
    this.elementwise(moving("layout", reader), shape, [view], [converted], [input(0)]);
    this.#conversions.set(key, converted);
    return converted;
  }

  /** Room for a node's result, in the layout that its readers want; `maker`: the node whose kernel fills it. */
  allocate(index: number, order: OutputOrder, maker = index, follow: View | null = null): View {
    const { shape, dtype } = this.node(index);
    const home = this.#homes.get(index);
    if (home !== undefined && order !== "channelsLast") {
      return { buffer: this.cellBuffer(home, numel(shape)), shape, dtype, ...contiguousLayout(shape) };
    }
    const wish = this.#wishes[index];
    if (shape.length !== 4 || order === "contiguous") return this.bordered(shape, dtype, null, maker);
    if (wish?.order === "channelsLast") return this.bordered(shape, dtype, wish.border, maker);
    if (order === "channelsLast") return this.bordered(shape, dtype, noBorder, maker);
    if (wish?.order === "contiguous" || this.#outputs.has(index)) return this.bordered(shape, dtype, null, maker);
    if (follow) {
      const like = channelsLastLayout(shape, follow.buffer.border ?? noBorder);
      return this.bordered(shape, dtype, sameStrides(shape, follow.strides, like.strides) ? noBorder : null, maker);
    }
    return this.bordered(shape, dtype, noBorder, maker);
  }

  /** Makes the steps that compute a node. */
  materialize(index: number): View {
    const access = this.access(index);
    if (isView(access)) return access;
    let view: View;
    if (access.kind === "lazy") {
      const follow = access.inputs.find((each) => sameShape(each.shape, access.shape)) ?? null;
      view = this.allocate(index, "any", access.work.nodes[0], follow ?? pattern(access.shape));
      this.#computeNode(index, view, access.work);
    } else view = this.#finish(index, access);
    this.#accesses[index] = view;
    return view;
  }

  #finish(index: number, access: Deferred): View {
    if (access.tail.length === 0) {
      const view = this.allocate(index, access.order, access.work.nodes[0]);
      emitDeferred(access, view, access.work);
      return view;
    }
    const view = this.allocate(index, "any", access.work.nodes[0], pattern(access.shape));
    const layout = access.order === "scatter" ? storeThrough(access.base, access.tail, view) : null;
    if (layout) {
      const moves = access.tail.map((each) => each.op.name).join(" ");
      emitDeferred(access, view, { ...access.work, label: `${access.work.label} ${moves}` }, layout);
      return view;
    }
    const border = access.base.length === 4 && access.order !== "contiguous" ? noBorder : null;
    const base = this.bordered(access.base, access.dtype, border, access.work.nodes[0]!);
    emitDeferred(access, base, access.work);
    const lazy = movesAfter(base, access, index);
    this.#accesses[index] = lazy;
    this.compute(lazy, view);
    return view;
  }
}
