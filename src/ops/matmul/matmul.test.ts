import { describe, expect, test } from "vitest";
import { gradients } from "../../core/gradient.ts";
import { dataNode, type Node } from "../../core/node.ts";
import { evaluate } from "../../devices/reference/evaluate.ts";
import { expectClose } from "../../testing/close.ts";
import { goldenCases } from "../../testing/golden.ts";
import { addNodes, gradientError } from "../../testing/spatial.ts";
import { costs } from "../costs.ts";
import { matmul } from "./matmul.ts";

const data = (node: Node) => {
  if (node.source?.kind !== "data") throw new Error("no data");
  return node.source.data;
};
const zeros = (...shape: number[]) => dataNode(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);
const largest = (numbers: ArrayLike<number>) => Array.from(numbers).reduce((a, b) => Math.max(a, Math.abs(b)), 0);

describe("matmul gives PyTorch's output and gradients", () => {
  for (const { name, tensors } of goldenCases("matmul")) {
    test(name, () => {
      const leaf = (tensor: string) => dataNode(tensors.get(tensor)!.data, tensors.get(tensor)!.shape);
      const [a, b, gradOutput] = [leaf("input"), leaf("other"), leaf("grad_output")];
      const output = matmul(a, b);
      expect(output.shape).toEqual(tensors.get("output")!.shape);
      const grads = gradients(output, gradOutput, [a, b], addNodes) as Node[];
      const [actual, gradA, gradB] = evaluate([output, ...grads], data);
      const [m, n, k] = [a.shape.at(-2)!, b.shape.at(-1)!, a.shape.at(-1)!];
      const [sizeA, sizeB, sizeGrad] = [a, b, gradOutput].map((node) => largest(data(node)));
      expectClose(actual!, tensors.get("output")!.data, { terms: k, term: sizeA! * sizeB! });
      expectClose(gradA!, tensors.get("grad_input")!.data, { terms: n, term: sizeGrad! * sizeB! });
      expectClose(gradB!, tensors.get("grad_other")!.data, { terms: m, term: sizeGrad! * sizeA! });
    });
  }
});

test.each([
  [
    [4, 3],
    [3, 5],
    [4, 5],
  ],
  [[3], [3], []],
  [[3], [3, 5], [5]],
  [[4, 3], [3], [4]],
  [[2, 4, 3], [3], [2, 4]],
  [[3], [2, 3, 5], [2, 5]],
  [
    [2, 7, 4, 3],
    [3, 5],
    [2, 7, 4, 5],
  ],
  [
    [7, 4, 3],
    [2, 1, 3, 5],
    [2, 7, 4, 5],
  ],
  [
    [4, 3],
    [2, 3, 5],
    [2, 4, 5],
  ],
])("%j × %j → %j, with gradients of the inputs' shapes", (a, b, expected) => {
  expect(matmul(zeros(...a), zeros(...b)).shape).toEqual(expected);
  expect(gradientError(([left, right]) => matmul(left!, right!), [a, b])).toBeLessThan(1e-9);
});

test.each([
  [false, false],
  [false, true],
  [true, false],
  [true, true],
])("transposeA %s, transposeB %s: same product, first and second order gradients", (transposeA, transposeB) => {
  const shapes = [transposeA ? [2, 3, 4] : [2, 4, 3], transposeB ? [5, 3] : [3, 5], [5]];
  const build = ([a, b, bias]: Node[]) => matmul(a!, b!, { transposeA, transposeB, bias: bias! });
  expect(build(shapes.map((shape) => zeros(...shape))).shape).toEqual([2, 4, 5]);
  expect(gradientError(build, shapes, 2)).toBeLessThan(1e-8);
});

test("the transposes say how the inputs are stored", () => {
  const a = dataNode(new Float32Array([1, 2, 3, 4, 5, 6]), [2, 3]);
  const b = dataNode(new Float32Array([1, 0, 2, -1, 3, 1]), [2, 3]);
  const compute = (node: Node) => [...evaluate([node], data)[0]!];
  expect(compute(matmul(a, b, { transposeB: true }))).toEqual([7, 8, 16, 17]);
  expect(compute(matmul(a, b, { transposeA: true }))).toEqual([-3, 12, 6, -3, 15, 9, -3, 18, 12]);
});

test("costs are exact", () => {
  const { op, inputs, attributes, ...type } = matmul(zeros(2, 4, 3), zeros(2, 3, 5), { bias: zeros(5) });
  expect(costs.get(op)!(inputs, type, attributes)).toEqual({
    multiplications: 2 * 4 * 5 * 3,
    additions: 2 * 4 * 5 * 2,
    biasAdditions: 2 * 4 * 5,
    other: {},
  });
});

test.each<[string, () => Node, string]>([
  [
    "inner sizes",
    () => matmul(zeros(4, 3), zeros(4, 5)),
    "matmul: needs equal inner dimensions (3 and 4 differ), got a [4, 3], b [4, 5]",
  ],
  ["leading sizes", () => matmul(zeros(2, 4, 3), zeros(3, 3, 5)), "matmul: needs shapes that broadcast"],
  [
    "bias",
    () => matmul(zeros(4, 3), zeros(3, 5), { bias: zeros(4) }),
    "matmul: needs a bias of shape [5], got bias [4]",
  ],
  ["scalars", () => matmul(zeros(), zeros(3)), "matmul: needs inputs of at least one dimension, got a [], b [3]"],
])("errors name the rule and what it got: %s", (_name, call, message) => {
  expect(call).toThrow(message);
});
