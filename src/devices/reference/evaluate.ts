import { compileExpression } from "../../core/evaluate.ts";
import { input } from "../../core/expression.ts";
import { topological } from "../../core/graph.ts";
import { lower, type Node } from "../../core/node.ts";
import type { ElementwiseOp, MovementOp, NumericArray, PlacementOp } from "../../core/op.ts";
import { contiguousStrides, numel, type Shape } from "../../core/shape.ts";
import { references } from "../../ops/references.ts";

export type Precision = "float32" | "float64";

/**
 * Computes nodes one by one with the ops' own loops: slow, plain, and the specification that the other devices are
 * tested against. `leaf` gives the numbers of leaves. float64 is for checking gradients.
 */
export function evaluate(
  roots: readonly Node[],
  leaf: (node: Node) => Float32Array | Int32Array | Float64Array,
  precision: Precision = "float32",
): NumericArray[] {
  const values = new Map<Node, NumericArray>();
  for (const node of topological(roots)) {
    if (node.value) values.set(node, node.value);
    else if (node.op.kind === "leaf") values.set(node, leaf(node));
    else
      values.set(
        node,
        compute(
          node,
          node.inputs.map((each) => values.get(lower(each))!),
          precision,
        ),
      );
  }
  return roots.map((root) => values.get(lower(root))!);
}

/** Computes one node from the numbers of its inputs. */
export function compute(node: Node, inputs: readonly NumericArray[], precision: Precision): NumericArray {
  const { op, attributes } = node;
  const count = numel(node.shape);
  const output: NumericArray =
    node.dtype === "int32"
      ? new Int32Array(count)
      : precision === "float64"
        ? new Float64Array(count)
        : new Float32Array(count);
  if (op.kind === "primitive") {
    references.get(op)!(inputs, output, node.inputs, node, attributes);
  } else if (op.kind === "elementwise") {
    elementwise(op, node, inputs, output);
  } else if (op.kind === "movement") {
    move(op, node, inputs[0]!, output);
  } else if (op.kind === "placement") {
    place(op, node, inputs, output);
  }
  return output;
}

function elementwise(op: ElementwiseOp, node: Node, inputs: readonly NumericArray[], output: NumericArray): void {
  const apply = compileExpression(
    op.expression(
      inputs.map((_, index) => input(index)),
      node.attributes,
    ),
  );
  const strides = node.inputs.map((each) => broadcastStrides(each.shape, node.shape));
  const values = new Array<number>(inputs.length);
  forEachIndex(node.shape, (index, at) => {
    for (let which = 0; which < inputs.length; which++) values[which] = inputs[which]![dot(index, strides[which]!)]!;
    output[at] = apply(values);
  });
}

function move(op: MovementOp, node: Node, source: NumericArray, output: NumericArray): void {
  const from = node.inputs[0]!;
  const view = op.view(from, contiguousStrides(from.shape), 0, node, node.attributes)!;
  forEachIndex(node.shape, (index, at) => {
    output[at] = source[view.offset + dot(index, view.strides)]!;
  });
}

function place(op: PlacementOp, node: Node, inputs: readonly NumericArray[], output: NumericArray): void {
  const { fill, regions } = op.placement(node.inputs, node, node.attributes);
  if (fill !== null) output.fill(fill);
  const strides = contiguousStrides(node.shape);
  for (const [which, region] of regions.entries()) {
    const base = dot(region.offsets, strides);
    const steps = strides.map((stride, axis) => stride * region.steps[axis]!);
    forEachIndex(node.inputs[which]!.shape, (index, at) => {
      output[base + dot(index, steps)] = inputs[which]![at]!;
    });
  }
}

/** The strides with which a tensor of `shape` is read along the axes of `target`: 0 where it is repeated. */
export function broadcastStrides(shape: Shape, target: Shape): number[] {
  const own = contiguousStrides(shape);
  const skipped = target.length - shape.length;
  return target.map((_, axis) => (axis < skipped || shape[axis - skipped] === 1 ? 0 : own[axis - skipped]!));
}

function dot(index: readonly number[], strides: readonly number[]): number {
  let sum = 0;
  for (let axis = 0; axis < index.length; axis++) sum += index[axis]! * strides[axis]!;
  return sum;
}

function forEachIndex(shape: Shape, visit: (index: readonly number[], at: number) => void): void {
  const index = new Array<number>(shape.length).fill(0);
  const count = numel(shape);
  for (let at = 0; at < count; at++) {
    visit(index, at);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
}
