import { describe, expect, test } from "vitest";
import { gradients } from "../../core/gradient.ts";
import { dataNode, type Node } from "../../core/node.ts";
import { checkOp } from "../../testing/check-op.ts";
import { valuesOf } from "../../testing/golden-run.ts";
import { add, full } from "../elementwise/index.ts";
import * as o from "./index.ts";

const shape = [2, 2, 3, 3];
const wide = { shape, range: [-5, 5] } as const;

checkOp(
  "activation",
  [
    { name: "relu", inputs: [shape], build: o.relu },
    { name: "leakyRelu", inputs: [shape], build: (x) => o.leakyRelu(x) },
    { name: "leakyRelu, negative", inputs: [shape], build: (x) => o.leakyRelu(x, { negativeSlope: -0.2 }) },
    { name: "relu6", inputs: [{ shape, range: [-3, 9] }], build: o.relu6 },
    { name: "elu", inputs: [wide], build: (x) => o.elu(x, { alpha: 0.7 }) },
    { name: "gelu", inputs: [wide], build: (x) => o.gelu(x) },
    { name: "gelu by tanh", inputs: [wide], build: (x) => o.gelu(x, { approximate: "tanh" }) },
    { name: "erf", inputs: [shape], build: o.erf },
    { name: "silu", inputs: [wide], build: o.silu },
    { name: "hardswish", inputs: [wide], build: o.hardswish, window: "inside" },
    { name: "hardsigmoid", inputs: [wide], build: o.hardsigmoid, window: "inside" },
    { name: "softplus", inputs: [wide], build: (x) => o.softplus(x) },
    { name: "softplus, bent", inputs: [wide], build: (x) => o.softplus(x, { beta: 3, threshold: 5 }) },
    { name: "tanh", inputs: [shape], build: o.tanh },
    { name: "sigmoid", inputs: [shape], build: o.sigmoid },
  ],
  "activation",
);

checkOp(
  "prelu",
  [
    { name: "one weight", inputs: [shape, [1]], build: o.prelu },
    { name: "one weight per channel", inputs: [shape, [2]], build: o.prelu },
    { name: "of a matrix", inputs: [[4, 3], [3]], build: o.prelu },
  ],
  "prelu",
);

const vector = (...values: number[]) => dataNode(Float32Array.from(values), [values.length]);

describe("subgradients of PyTorch where a curve bends", () => {
  test.each<[string, (x: Node) => Node, number[], number[]]>([
    ["relu", o.relu, [0], [0]],
    ["relu6", o.relu6, [0, 6], [0, 0]],
    ["leakyRelu", o.leakyRelu, [0], [Math.fround(0.01)]],
    ["elu", o.elu, [0], [1]],
    ["hardsigmoid", o.hardsigmoid, [-3, 3], [0, 0]],
    ["hardswish", o.hardswish, [-3, 3], [-0.5, 1.5]],
  ])("%s", (_name, build, at, expected) => {
    const x = vector(...at);
    const [grad] = gradients(build(x), full(x.shape, 1), [x], add);
    for (const [index, value] of valuesOf(grad!).entries()) expect(value).toBeCloseTo(expected[index]!, 6);
  });
});

test("softplus is exact in its tails", () => {
  const [low, , high] = valuesOf(o.softplus(vector(-30, 0, 15)));
  expect(low).toBeCloseTo(Math.exp(-30), 18);
  expect(high).toBe(Math.fround(15 + Math.log1p(Math.exp(-15))));
  expect(valuesOf(o.softplus(vector(500), { threshold: 1000 }))).toEqual([500]);
});

test("a prelu weight that fits no channel", () => {
  expect(() => o.prelu(full([1, 3, 2, 2], 1), vector(1, 2))).toThrow(
    "prelu: needs a weight of shape [1] or [3], got weight [2]",
  );
});
