import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Target } from "../../core/kernel.ts";
import type { TensorType } from "../../core/shape.ts";
import { numel } from "../../core/shape.ts";
import { expectClose } from "../../testing/close.ts";
import { runKernel, testTarget } from "../../testing/run-kernel.ts";
import { randomValues } from "../../testing/spatial.ts";
import { references } from "../references.ts";
import { conv2dWeightGradientWasm } from "./conv2d-weight-gradient.wasm.ts";
import { depthwiseWeightGradientWasm } from "./depthwise-weight-gradient.wasm.ts";
import { type ConvolutionAttributes, convolvedSize, type Pair, type Sides } from "./geometry.ts";
import { conv2dWeightGradientOp, type WeightGradientAttributes } from "./weight-gradient.ts";

interface Case {
  readonly x: readonly [number, number, number, number];
  readonly outputs: number;
  readonly kernel: Pair;
  readonly stride?: Pair;
  readonly padding?: Sides;
  readonly dilation?: Pair;
  readonly groups?: number;
}

/** The kernel's result against the reference loops, and its bits with the pieces in the opposite order and another tile. */
function check(each: Case, target: Target, kernel = conv2dWeightGradientWasm): void {
  const { x, outputs, kernel: kernel_size, stride = [1, 1], padding = [0, 0, 0, 0] } = each;
  const { dilation = [1, 1], groups = 1 } = each;
  const attributes: WeightGradientAttributes = { stride, padding, dilation, groups, kernel_size };
  const size = ([0, 1] as const).map((axis) =>
    convolvedSize(x[axis + 2]!, kernel_size[axis], axis, attributes as ConvolutionAttributes),
  );
  const grad = [x[0], outputs, ...size];
  if (size.some((length) => length < 1)) return;
  const inputs: TensorType[] = [x, grad].map((shape) => ({ shape, dtype: "float32" }));
  const output = [outputs, x[1] / groups, ...kernel_size];
  const values = [randomValues(x, 1), randomValues(grad, 2)];
  const run = { inputs, output, attributes, values, target };
  const actual = runKernel(kernel, run);
  const expected = new Float32Array(numel(output));
  references.get(conv2dWeightGradientOp)!(values, expected, inputs, { shape: output, dtype: "float32" }, attributes);
  expectClose(actual, expected, { terms: numel(grad) / outputs, term: 1 });
  const other = testTarget(target.tile[0] === 3 ? [6, 16] : [3, 12], target.fusedMultiplyAdd);
  expect(runKernel(kernel, { ...run, order: "backward", target: other })).toEqual(actual);
}

const targets = [
  testTarget([4, 8]),
  testTarget([3, 12]),
  testTarget([6, 8]),
  testTarget([6, 16]),
  testTarget([4, 8], false),
];
const small = (most: number, least = 1) => fc.integer({ min: least, max: most });
const pairs = (most: number) => fc.tuple(small(most), small(most));
const shapes = {
  batch: small(3),
  size: pairs(11),
  kernel: pairs(4),
  stride: pairs(3),
  padding: fc.tuple(small(2, -1), small(2, -1), small(2, -1), small(2, -1)),
  dilation: pairs(2),
  target: fc.constantFrom(...targets),
};

test("equals the reference for random shapes", () => {
  fc.assert(
    fc.property(fc.record({ ...shapes, groups: small(3), perGroup: small(10), outputs: small(14) }), (each) => {
      const { batch, size, groups, perGroup, outputs } = each;
      check({ ...each, x: [batch, groups * perGroup, ...size], outputs: groups * outputs }, each.target);
    }),
    { seed: 20, numRuns: 100 },
  );
});

test("depthwise: equals the reference for random shapes", () => {
  fc.assert(
    fc.property(fc.record({ ...shapes, kernel: pairs(5), groups: small(13, 2) }), (each) => {
      const { batch, size, groups } = each;
      check({ ...each, x: [batch, groups, ...size], outputs: groups }, each.target, depthwiseWeightGradientWasm);
    }),
    { seed: 21, numRuns: 80 },
  );
});

describe("sums over several bands and chunks give the same bits in any order and with any tile", () => {
  test.each<[string, Case]>([
    ["many images", { x: [12, 16, 18, 18], outputs: 20, kernel: [3, 3], padding: [1, 1, 1, 1] }],
    ["wide rows", { x: [1, 8, 24, 320], outputs: 9, kernel: [3, 3], padding: [1, 1, 1, 1] }],
    ["a first layer", { x: [1, 1, 80, 90], outputs: 64, kernel: [5, 5], padding: [2, 2, 2, 2] }],
    ["many channels", { x: [3, 96, 7, 7], outputs: 64, kernel: [3, 3], padding: [1, 1, 1, 1] }],
    ["a stride", { x: [4, 16, 60, 60], outputs: 32, kernel: [3, 3], stride: [2, 2], padding: [1, 1, 1, 1] }],
  ])("%s", (_name, each) => {
    check(each, testTarget([4, 8]));
  });

  test("depthwise", () => {
    const each: Case = { x: [4, 30, 64, 64], outputs: 30, kernel: [3, 3], padding: [1, 1, 1, 1], groups: 30 };
    check(each, testTarget([4, 8]), depthwiseWeightGradientWasm);
  });
});
