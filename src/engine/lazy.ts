import { type Expression, input, operands, substitute } from "../core/expression.ts";
import type { Epilogue, Layout, OutputOrder } from "../core/kernel.ts";
import type { MovementOp } from "../core/op.ts";
import { type DType, type Shape, sameShape } from "../core/shape.ts";
import type { PlanNode } from "./plan-graph.ts";
import { broadcastView, layoutOf, pattern, refinement, sameStrides, type View } from "./view.ts";
import type { Work } from "./work.ts";

/** Elementwise work that no step does yet: it is inlined where it is used, or becomes a step when its numbers are needed. */
export interface Lazy {
  readonly kind: "lazy";
  /** The shape that the expression is over; `tail` then moves its elements to `shape`. */
  readonly base: Shape;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly expression: Expression;
  readonly inputs: readonly View[];
  readonly tail: readonly PlanNode[];
  readonly work: Work;
}

/** A kernel's result before its step is made: elementwise work that follows is taken into its epilogue. */
export interface Deferred {
  readonly kind: "deferred";
  readonly base: Shape;
  readonly shape: Shape;
  readonly dtype: DType;
  /** Input 0 is the kernel's result, input i + 1 operand i. */
  readonly expression: Expression;
  readonly operands: readonly View[];
  readonly tail: readonly PlanNode[];
  readonly work: Work;
  readonly order: OutputOrder;
  /** Makes the steps. */
  readonly emit: (
    output: View,
    layout: Layout,
    epilogue: Epilogue | null,
    operands: readonly View[],
    work: Work,
  ) => void;
}

export type Access = View | Lazy | Deferred;

/** Makes the steps of a deferred result: it is stored in `output`, or as `layout` tells. */
export function emitDeferred(from: Deferred, output: View, work: Work, layout: Layout = layoutOf(output)): void {
  const { expression, operands: views } = from;
  const epilogue = expression.kind === "input" ? null : { expression, operands: views.map(layoutOf) };
  from.emit(output, layout, epilogue, views, work);
}

export function isView(access: Access): access is View {
  return !("kind" in access);
}

/** A value as it lies, to be copied or moved. */
export function identity(view: View, work: Work): Lazy {
  return {
    kind: "lazy",
    base: view.shape,
    shape: view.shape,
    dtype: view.dtype,
    expression: input(0),
    inputs: [view],
    tail: [],
    work,
  };
}

/** The moves behind a kernel that has stored its result as `base`. */
export function movesAfter(base: View, { tail, shape }: Deferred, index: number): Lazy {
  const label = tail.map((each) => each.op.name).join(" ");
  return { ...identity(base, { label, nodes: [index], moves: false }), shape, tail };
}

const transcendental = new Set(["exp", "log", "tanh", "sigmoid", "erf", "pow", "sqrt", "div"]);

/** Roughly how many simple operations an element takes. */
export function weight(root: Expression, seen: Set<Expression> = new Set()): number {
  if (seen.has(root)) return 0;
  seen.add(root);
  let own = root.kind === "input" || root.kind === "constant" ? 0 : 1;
  if ((root.kind === "unary" || root.kind === "binary") && transcendental.has(root.operator)) own = 8;
  return operands(root).reduce((sum, each) => sum + weight(each, seen), own);
}

// One node an input, so that sharing by identity holds.
const inputs = Array.from({ length: 64 }, (_, index) => input(index));

/** Collects inputs of a combined expression, each view once. */
export class InputList {
  readonly views: View[] = [];

  add(view: View): Expression {
    const known = this.views.findIndex(
      (each) =>
        each.buffer === view.buffer &&
        each.offset === view.offset &&
        sameShape(each.shape, view.shape) &&
        sameStrides(view.shape, each.strides, view.strides),
    );
    return inputs[known >= 0 ? known : this.views.push(view) - 1]!;
  }

  /** What is lazy is inlined; a deferred result was stored before. */
  take(access: Access, shape: Shape): Expression {
    if (isView(access)) return this.inline(input(0), [access], shape);
    return this.inline(access.expression, (access as Lazy).inputs, shape);
  }

  /** An expression over other views, rewritten to this list, as part of something of `shape`. */
  inline(expression: Expression, views: readonly View[], shape: Shape): Expression {
    const replaced = views.map((view) => this.add(broadcastView(view, shape)));
    return substitute(expression, (index) => replaced[index]!);
  }
}

/** A view moved by a movement op, or null where the move is none. */
export function moveView(view: View, node: PlanNode): View | null {
  const op = node.op as MovementOp;
  const moved = op.view(view, view.strides, view.offset, node, node.attributes);
  return moved ? { ...view, shape: node.shape, strides: moved.strides, offset: moved.offset } : null;
}

/** All inputs moved, or null where one can't be. */
export function moveAll(views: readonly View[], base: Shape, node: PlanNode): View[] | null {
  const moved: View[] = [];
  for (const view of views) {
    const next = moveView(broadcastView(view, base), node);
    if (!next) return null;
    moved.push(next);
  }
  return moved;
}

/**
 * The iteration that computes a lazy value straight into `output`: moves are applied to the inputs as far as they go,
 * and the last one, if it merges axes, is undone on the output. Null where both fail.
 */
export function iterate(lazy: Lazy, output: View): { shape: Shape; inputs: View[]; output: View } | null {
  let shape = lazy.base;
  let inputs = lazy.inputs.map((view) => broadcastView(view, shape));
  for (const [index, node] of lazy.tail.entries()) {
    const moved = moveAll(inputs, shape, node);
    if (moved) {
      inputs = moved;
      shape = node.shape;
      continue;
    }
    if (index !== lazy.tail.length - 1) return null;
    const fine = refinement(shape, node.shape);
    if (!fine) return null;
    const step: PlanNode = { ...node, shape: fine };
    const split = moveAll(inputs, shape, step);
    const target = moveView(output, step);
    return split && target ? { shape: fine, inputs: split, output: target } : null;
  }
  return { shape, inputs, output };
}

const unnamed: Work = { label: "", nodes: [], moves: true };

/**
 * Where a kernel must store its result so that `tail` is done by storing: the layout, over the kernel's own shape, of an
 * output that has the shape after the moves. Null where an axis other than the channels has no single stride.
 */
export function storeThrough(base: Shape, tail: readonly PlanNode[], output: View): Layout | null {
  const source: View = { ...pattern(base), dtype: output.dtype };
  const fine = iterate({ ...identity(source, unnamed), tail, shape: output.shape }, output);
  if (!fine) return null;
  const from = fine.inputs[0]!.strides;
  // A step along one axis of the kernel's shape moves the digits of its row-major index, which the fine axes are.
  const moves = base.map((size, axis) => {
    const unit = source.strides[axis]!;
    return Array.from({ length: size }, (_, index) =>
      fine.shape.reduce((sum, count, at) => {
        const digit = count > 1 ? Math.floor((index * unit) / from[at]!) % count : 0;
        return sum + digit * fine.output.strides[at]!;
      }, 0),
    );
  });
  const strides = moves.map((offsets) => offsets[1] ?? 0);
  const bent = moves.map((offsets, axis) => offsets.some((offset, index) => offset !== index * strides[axis]!));
  if (bent.some((each, axis) => each && axis !== 1)) return null;
  return {
    strides,
    offset: fine.output.offset,
    size: output.buffer.size,
    ...(bent[1] ? { channelOffsets: moves[1]! } : {}),
  };
}

/** One input node for each index, so that an emitter reads each operand once. */
export function shareInputs(expression: Expression): Expression {
  const inputs = new Map<number, Expression>();
  return substitute(expression, (index) => {
    let node = inputs.get(index);
    if (!node) inputs.set(index, (node = input(index)));
    return node;
  });
}
