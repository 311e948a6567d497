import { add as addExpression } from "../core/expression.ts";
import { Generator } from "../core/generator.ts";
import { gradients } from "../core/gradient.ts";
import { dataNode, type Node, record } from "../core/node.ts";
import type { ElementwiseOp, NumericArray } from "../core/op.ts";
import { numel, type Shape } from "../core/shape.ts";
import { evaluate } from "../devices/reference/evaluate.ts";
import type { GoldenCase } from "./golden.ts";

/** Adds two nodes: what the gradient walk needs where a node has two users. */
export function addNodes(a: Node, b: Node): Node {
  return record(addOp, [a, b]);
}

const addOp: ElementwiseOp = {
  kind: "elementwise",
  name: "add",
  arity: 2,
  expression: ([a, b]) => addExpression(a!, b!),
  gradient: (_node, gradOutput) => [gradOutput, gradOutput],
};

/** The output of a case and the gradients of its inputs, by tensor name, on the reference evaluator. */
export function runCase(
  { tensors }: GoldenCase,
  inputs: readonly string[],
  build: (inputs: Node[]) => Node,
): Record<string, NumericArray> {
  const leaves = inputs.map((name) => leafOf(tensors.get(name)!));
  const output = build(leaves);
  const grad = leafOf(tensors.get("grad_output")!);
  const grads = gradients(output, grad, leaves, addNodes) as Node[];
  const values = evaluate([output, ...grads], (node) => (node.source as { data: Float32Array }).data);
  return Object.fromEntries(["output", ...inputs.map((name) => `grad_${name}`)].map((name, at) => [name, values[at]!]));
}

const leafOf = ({ data, shape }: { data: Float32Array | Int32Array; shape: Shape }) => dataNode(data, shape);

/** The largest |actual - expected| in units of the float32 rounding of `terms` terms of the size of what is expected. */
export function errorInUnits(actual: NumericArray, expected: NumericArray, terms: number): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let size = 0;
  for (const value of expected) if (Number.isFinite(value)) size = Math.max(size, Math.abs(value));
  let worst = 0;
  for (let at = 0; at < actual.length; at++) {
    if (Object.is(actual[at], expected[at]) || (Number.isNaN(actual[at]) && Number.isNaN(expected[at]))) continue;
    const error = Math.abs(actual[at]! - expected[at]!);
    worst = Number.isNaN(error) ? Number.POSITIVE_INFINITY : Math.max(worst, error);
  }
  return worst / (2 ** -24 * terms * Math.max(size, 1e-30));
}

export function randomValues(shape: Shape, seed: number): Float32Array {
  const generator = new Generator(seed);
  return Float32Array.from({ length: numel(shape) }, () => generator.uniform() * 2 - 1);
}

/**
 * The largest difference between recorded gradients and central differences, in float64, for random inputs of `shapes`.
 * `order` 2 checks the gradient's own gradients too.
 */
export function gradientError(build: (inputs: Node[]) => Node, shapes: readonly Shape[], order: 1 | 2 = 1): number {
  const inputs = shapes.map((shape, at) => dataNode(randomValues(shape, 11 + at), shape));
  const output = build(inputs);
  const weight = dataNode(randomValues(output.shape, 5), output.shape);
  const numbers = new Map(
    [...inputs, weight].map((leaf) => [leaf, Float64Array.from((leaf.source as { data: Float32Array }).data)] as const),
  );
  const compute = (roots: readonly Node[]) => evaluate(roots, (node) => numbers.get(node)!, "float64");
  const grads = gradients(output, weight, inputs, addNodes);
  let worst = 0;
  for (const [which, leaf] of inputs.entries()) {
    const grad = grads[which];
    const analytic = grad ? compute([grad])[0]! : new Float64Array(numel(leaf.shape));
    const values = numbers.get(leaf)!;
    const step = 1e-4;
    for (let at = 0; at < values.length; at++) {
      const kept = values[at]!;
      const weighted = (moved: number) => {
        values[at] = moved;
        const weights = numbers.get(weight)!;
        let sum = 0;
        for (const [index, value] of compute([output])[0]!.entries()) sum += value * weights[index]!;
        return sum;
      };
      const difference = (weighted(kept + step) - weighted(kept - step)) / (2 * step);
      values[at] = kept;
      worst = Math.max(worst, Math.abs(difference - analytic[at]!));
    }
  }
  if (order === 1) return worst;
  const second = gradientError(
    (nodes) => gradients(build(nodes.slice(0, -1)), nodes.at(-1)!, [nodes[0]!], addNodes)[0]!,
    [...shapes, output.shape],
  );
  return Math.max(worst, second);
}
