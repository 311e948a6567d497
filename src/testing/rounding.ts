import { compileExpression } from "../core/evaluate.ts";
import { type Expression, input, operands } from "../core/expression.ts";
import { topological } from "../core/graph.ts";
import { lower, type Node } from "../core/node.ts";
import type { ElementwiseOp, NumericArray } from "../core/op.ts";
import { numel } from "../core/shape.ts";
import { broadcastStrides, compute } from "../devices/reference/evaluate.ts";
import { costs } from "../ops/costs.ts";

/** Half a unit in the last place of 1, in float32. */
export const unit = 2 ** -24;

/**
 * For each element of `roots`, the rounding error that float32 can make on the way to it, in multiples of `unit`: a
 * running error analysis (Wilkinson), so that a sum that cancels is granted the error of its terms, and nothing else is.
 * A sum of n terms is granted √n roundings, whatever its order, and an op that works out coefficients of its own
 * `coefficientRoundings` more.
 */
export function roundingErrors(
  roots: readonly Node[],
  leaf: (node: Node) => NumericArray,
  coefficientRoundings: (node: Node) => number = () => 0,
): NumericArray[] {
  const known = new Map<Node, Known>();
  // Also through nodes whose numbers are known: it is the way to them that rounds.
  for (const node of topological(roots, ({ inputs }) => inputs)) {
    const inputs = node.inputs.map((each) => known.get(lower(each))!);
    if (node.op.kind !== "leaf") known.set(node, analyse(node, inputs, coefficientRoundings(node)));
    else {
      const value = leaf(node);
      known.set(node, { value, error: new Float64Array(value.length) });
    }
  }
  return roots.map((root) => known.get(lower(root))!.error);
}

interface Known {
  readonly value: NumericArray;
  readonly error: NumericArray;
}

function analyse(node: Node, inputs: readonly Known[], coefficientRoundings: number): Known {
  const { op } = node;
  if (op.kind === "elementwise") return elementwise(op, node, inputs);
  const values = inputs.map(({ value }) => value);
  const value = compute(node, values, "float64");
  if (node.dtype === "int32") return { value, error: new Float64Array(value.length) };
  const errors = inputs.map(({ error }) => error);
  if (op.kind !== "primitive") return { value, error: compute(node, errors, "float64") };
  // Every primitive is a sum of products, or picks elements: linear in each float32 input.
  const isNumber = node.inputs.map(({ dtype }) => dtype !== "int32");
  const sizes = values.map((each, which) => (isNumber[which] ? magnitude(each) : each));
  const { multiplications, additions, padded } = costs.get(op)!(node.inputs, node, node.attributes);
  const terms = Math.max(multiplications - (padded?.multiplications ?? 0), additions - (padded?.additions ?? 0));
  const roundings = Math.sqrt(terms / Math.max(1, numel(node.shape)));
  const error = magnitude(compute(node, sizes, "float64")).map((size) => size * roundings);
  if (coefficientRoundings > 0) {
    // Coefficients may have either sign, and be small where their errors are not: what counts is the largest element.
    const peak = magnitude(values[0]!).reduce(maximum, 0);
    const spread = compute(node, [new Float64Array(sizes[0]!.length).fill(peak)], "float64");
    for (let at = 0; at < error.length; at++) error[at]! += coefficientRoundings * Math.max(peak, spread[at]!);
  }
  for (const [which, own] of errors.entries()) {
    if (!isNumber[which]) continue;
    const spread = compute(node, sizes.with(which, own), "float64");
    for (let at = 0; at < error.length; at++) error[at]! += Math.abs(spread[at]!);
  }
  return { value, error };
}

const magnitude = (values: NumericArray) => Float64Array.from(values, Math.abs);
const maximum = (a: number, b: number) => Math.max(a, b);

function elementwise(op: ElementwiseOp, node: Node, inputs: readonly Known[]): Known {
  const root = op.expression(
    inputs.map((_, index) => input(index)),
    node.attributes,
  );
  const run = trace(root);
  const count = numel(node.shape);
  const value = node.dtype === "int32" ? new Int32Array(count) : new Float64Array(count);
  const error = new Float64Array(count);
  const indices = node.inputs.map((each) => broadcastIndices(each, node));
  for (let at = 0; at < count; at++) {
    const pair = run(
      inputs.map((each, which) => [each.value[indices[which]![at]!]!, each.error[indices[which]![at]!]!]),
    );
    [value[at], error[at]] = pair;
  }
  return { value, error };
}

/** For each element of `to`, the index of the element of `from` that is repeated there. */
function broadcastIndices(from: Node, to: Node): Int32Array {
  const strides = broadcastStrides(from.shape, to.shape);
  const indices = new Int32Array(numel(to.shape));
  for (let at = 0; at < indices.length; at++) {
    let rest = at;
    for (let axis = to.shape.length - 1; axis >= 0; axis--) {
      indices[at]! += (rest % to.shape[axis]!) * strides[axis]!;
      rest = Math.floor(rest / to.shape[axis]!);
    }
  }
  return indices;
}

type Pair = [value: number, error: number];

/** An expression over values with their errors. */
function trace(root: Expression): (inputs: readonly Pair[]) => Pair {
  if (root.kind === "input") return (inputs) => inputs[root.index]!;
  // A constant that float32 has is exact; others are rounded once.
  if (root.kind === "constant") {
    const off = Math.fround(root.value) === root.value ? 0 : Math.abs(root.value);
    return () => [root.value, off];
  }
  const parts = operands(root).map(trace);
  if (root.kind === "select") {
    return (inputs) => (parts[0]!(inputs)[0] !== 0 ? parts[1]!(inputs) : parts[2]!(inputs));
  }
  const apply = compileExpression({ ...root, a: input(0), b: input(1) } as Expression);
  return (inputs) => {
    const pairs = parts.map((part) => part(inputs));
    const values = pairs.map(([value]) => value);
    const result = apply(values);
    if (exact.has(root.operator)) return [result, 0];
    let error = Math.abs(result);
    for (const [which, [value, own]] of pairs.entries()) {
      if (own === 0) continue;
      const step = own * unit;
      const moved = [value + step, value - step].map((at) => Math.abs(apply(values.with(which, at)) - result) / unit);
      error += Math.max(...moved.filter(Number.isFinite), 0);
    }
    return [result, error];
  };
}

const exact: ReadonlySet<string> = new Set(["lt", "le", "eq", "ne", "floor", "toInt"]);
