import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { add, constant, type Expression, input, max, mul } from "../../core/expression.ts";
import type { Layout, Target } from "../../core/kernel.ts";
import { contiguousStrides, numel, type Shape, type TensorType } from "../../core/shape.ts";
import { expectClose } from "../../testing/close.ts";
import { contiguousLayout, runKernel, testTarget } from "../../testing/run-kernel.ts";
import { randomValues } from "../../testing/spatial.ts";
import { references } from "../references.ts";
import { matmulOp } from "./matmul.ts";
import { matmulWasm } from "./matmul.wasm.ts";

interface Case {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly batchA?: Shape;
  readonly batchB?: Shape;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly bias?: boolean;
  readonly epilogue?: boolean;
}

/** relu(sum · 2 + a number + a row of numbers + a column of numbers) · (a full tensor, transposed): every way to read an operand. */
const expression: Expression = mul(
  max(add(add(mul(input(0), constant(2)), input(1)), add(input(2), input(3))), constant(0)),
  input(4),
);

function check(each: Case, target: Target): void {
  const { m, n, k, batchA = [], batchB = [], transposeA = false, transposeB = false, bias = false } = each;
  const attributes = { transposeA, transposeB };
  const shapes = [
    [...batchA, ...(transposeA ? [k, m] : [m, k])],
    [...batchB, ...(transposeB ? [n, k] : [k, n])],
  ];
  if (bias) shapes.push([n]);
  const inputs: TensorType[] = shapes.map((shape) => ({ shape, dtype: "float32" }));
  const values = shapes.map((shape, index) => randomValues(shape, 3 + index));
  const output = matmulOp.shape(inputs, attributes);
  const expected = new Float32Array(numel(output));
  references.get(matmulOp)!(values, expected, inputs, { shape: output, dtype: "float32" }, attributes);
  const run = { inputs, output, attributes, values, target, ...(each.epilogue ? withEpilogue(output, expected) : {}) };
  const actual = runKernel(matmulWasm, run);
  expectClose(actual, expected, { terms: k + 2, term: 3 });
  const other = testTarget(target.tile[0] === 3 ? [6, 16] : [3, 12], target.fusedMultiplyAdd);
  expect(runKernel(matmulWasm, { ...run, order: "backward", target: other })).toEqual(actual);
}

/** The epilogue with its operands; applies it to the expected numbers. */
function withEpilogue(output: Shape, expected: Float32Array) {
  const rank = output.length;
  const [m, n] = output.slice(-2) as [number, number];
  const layout = (size: number, strides: readonly number[]): Layout => ({ strides, offset: 1, size: size + 1 });
  const repeated = new Array<number>(rank - 2).fill(0);
  const transposed = contiguousStrides(output).map((stride, axis) =>
    axis === rank - 2 ? 1 : axis === rank - 1 ? m : stride,
  );
  const operands = [
    layout(1, [...repeated, 0, 0]),
    layout(n, [...repeated, 0, 1]),
    layout(m, [...repeated, 1, 0]),
    layout(numel(output), transposed),
  ];
  const numbers = operands.map(({ size }, index) => randomValues([size], 9 + index));
  const { strides } = contiguousLayout(output);
  for (let at = 0; at < expected.length; at++) {
    const index = strides.map((stride, axis) => Math.floor(at / stride) % output[axis]!);
    const [number, column, row, full] = operands.map(
      (operand, which) =>
        numbers[which]![operand.offset + index.reduce((sum, i, axis) => sum + i * operand.strides[axis]!, 0)]!,
    );
    expected[at] = Math.max(expected[at]! * 2 + number! + column! + row!, 0) * full!;
  }
  return { epilogue: { expression, operands }, operands: numbers };
}

const targets = [
  testTarget([4, 8]),
  testTarget([3, 12]),
  testTarget([6, 8]),
  testTarget([6, 16]),
  testTarget([4, 8], false),
];
const sizes = (most: number) => fc.integer({ min: 1, max: most });
const flags = { transposeA: fc.boolean(), transposeB: fc.boolean(), bias: fc.boolean(), epilogue: fc.boolean() };

test("equals the reference for random shapes, transposes, biases and epilogues", () => {
  const cases = fc.record({ m: sizes(40), n: sizes(40), k: sizes(30), target: fc.constantFrom(...targets), ...flags });
  fc.assert(
    fc.property(cases, ({ target, ...each }) => check(each, target)),
    { seed: 30, numRuns: 100 },
  );
});

test("equals the reference for batches that broadcast", () => {
  const batches = fc.constantFrom<[Shape, Shape]>(
    [[2], [2]],
    [[3, 2], [2]],
    [[2], [3, 1]],
    [[], [4]],
    [
      [2, 1],
      [1, 3],
    ],
  );
  fc.assert(
    fc.property(fc.record({ m: sizes(9), n: sizes(9), k: sizes(9), batches, ...flags }), ({ batches, ...each }) => {
      check({ ...each, batchA: batches[0], batchB: batches[1] }, targets[0]!);
    }),
    { seed: 31, numRuns: 60 },
  );
});

describe("several blocks and pieces give the same bits in any order and with any tile", () => {
  test.each<[string, Case]>([
    ["several panels", { m: 100, n: 330, k: 400 }],
    ["more rows than a piece", { m: 700, n: 30, k: 100, bias: true }],
    ["a deep product of few numbers: k is split", { m: 21, n: 50, k: 10_000, bias: true, epilogue: true }],
    ["a deep product of a batch", { m: 38, n: 35, k: 4001, batchA: [2], batchB: [2], epilogue: true }],
    ["one row", { m: 1, n: 1000, k: 512, bias: true }],
  ])("%s", (_name, each) => {
    check({ ...each, transposeA: false, transposeB: true }, testTarget([4, 8]));
    check({ ...each, transposeA: true, transposeB: false }, testTarget([3, 12]));
  });
});
