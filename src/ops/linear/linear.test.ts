import { describe, expect, test } from "vitest";
import { gradients } from "../../core/gradient.ts";
import { topological } from "../../core/graph.ts";
import { dataNode, type Node } from "../../core/node.ts";
import { evaluate } from "../../devices/reference/evaluate.ts";
import { expectClose } from "../../testing/close.ts";
import { goldenCases } from "../../testing/golden.ts";
import { addNodes, gradientError } from "../../testing/spatial.ts";
import { costs } from "../costs.ts";
import { linear } from "./linear.ts";

const data = (node: Node) => {
  if (node.source?.kind !== "data") throw new Error("no data");
  return node.source.data;
};
const zeros = (...shape: number[]) => dataNode(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);
const largest = (numbers: ArrayLike<number>) => Array.from(numbers).reduce((a, b) => Math.max(a, Math.abs(b)), 0);

describe("linear gives PyTorch's output and gradients", () => {
  for (const { name, tensors } of goldenCases("linear")) {
    test(name, () => {
      const leaf = (tensor: string) => dataNode(tensors.get(tensor)!.data, tensors.get(tensor)!.shape);
      const [x, weight, bias, gradOutput] = [leaf("input"), leaf("weight"), leaf("bias"), leaf("grad_output")];
      const output = linear(x, weight, bias);
      expect(output.shape).toEqual(tensors.get("output")!.shape);
      const grads = gradients(output, gradOutput, [x, weight, bias], addNodes) as Node[];
      const [actual, gradX, gradWeight, gradBias] = evaluate([output, ...grads], data);
      const [outputs, features] = weight.shape as [number, number];
      const rows = output.shape.slice(0, -1).reduce((a, b) => a * b, 1);
      const [sizeX, sizeWeight, sizeGrad] = [x, weight, gradOutput].map((node) => largest(data(node)));
      expectClose(actual!, tensors.get("output")!.data, { terms: features + 1, term: sizeX! * sizeWeight! });
      expectClose(gradX!, tensors.get("grad_input")!.data, { terms: outputs, term: sizeGrad! * sizeWeight! });
      expectClose(gradWeight!, tensors.get("grad_weight")!.data, { terms: rows, term: sizeGrad! * sizeX! });
      expectClose(gradBias!, tensors.get("grad_bias")!.data, { terms: rows, term: sizeGrad! });
    });
  }
});

test("costs I·O multiplications, (I - 1)·O additions and O bias additions a row", () => {
  const node = linear(zeros(7, 128), zeros(10, 128), zeros(10));
  const total = { multiplications: 0, additions: 0, biasAdditions: 0 };
  for (const { op, inputs, attributes, shape, dtype } of topological([node])) {
    if (op.kind !== "primitive") continue;
    const cost = costs.get(op)!(inputs, { shape, dtype }, attributes);
    total.multiplications += cost.multiplications;
    total.additions += cost.additions;
    total.biasAdditions += cost.biasAdditions;
  }
  expect(total).toEqual({ multiplications: 7 * 1280, additions: 7 * 1270, biasAdditions: 70 });
});

test("takes a vector, works without a bias, and has second order gradients", () => {
  expect(linear(zeros(3), zeros(5, 3), zeros(5)).shape).toEqual([5]);
  expect(
    gradientError(
      ([x, weight]) => linear(x!, weight!, null),
      [
        [2, 2, 3],
        [4, 3],
      ],
      2,
    ),
  ).toBeLessThan(1e-8);
});

test.each<[string, () => Node, string]>([
  [
    "features",
    () => linear(zeros(64, 784), zeros(10, 128), null),
    "linear: needs 128 input features in the last dimension, got input [64, 784]",
  ],
  [
    "weight",
    () => linear(zeros(64, 784), zeros(784), null),
    "linear: needs a weight of shape [O, I], got weight [784]",
  ],
  ["bias", () => linear(zeros(2, 3), zeros(4, 3), zeros(3)), "linear: needs a bias of shape [4], got bias [3]"],
])("errors name the rule and what it got: %s", (_name, call, message) => {
  expect(call).toThrow(message);
});
