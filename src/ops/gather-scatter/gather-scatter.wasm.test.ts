import fc from "fast-check";
import { expect, test } from "vitest";
import type { KernelCall } from "../../core/kernel.ts";
import { contiguousStrides, numel, type Shape } from "../../core/shape.ts";
import { testNumbers } from "../../testing/layouts.ts";
import { runSteps, testTargets } from "../../testing/run-steps.ts";
import { references } from "../references.ts";
import { gatherOp, scatterSumOp } from "./gather-scatter.ts";
import { gatherKernel, scatterSumKernel } from "./gather-scatter.wasm.ts";

const target = testTargets[0]!;
const layout = (shape: Shape) => ({ strides: contiguousStrides(shape), offset: 0, size: numel(shape) });

/** A shape, a dimension, and the shape of an index that fits: smaller elsewhere, of any length along it. */
const cases = fc
  .array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 })
  .chain((shape) =>
    fc.tuple(
      fc.constant(shape),
      fc.nat(shape.length - 1),
      fc.tuple(...shape.map((size) => fc.integer({ min: 1, max: size }))),
      fc.integer({ min: 1, max: 7 }),
      fc.nat(2),
    ),
  )
  .map(([shape, dim, smaller, along, atEnd]) => ({
    shape,
    dim,
    index: smaller.map((size, axis) => (axis === dim ? along : size)),
    atEnd,
  }));

const places = (shape: Shape, limit: number) =>
  Int32Array.from({ length: numel(shape) }, (_, at) => (at * 7 + 3) % limit);

function callOf(inputs: KernelCall["inputs"], output: Shape, attributes: KernelCall["attributes"]): KernelCall {
  return {
    inputs,
    output: { shape: output, dtype: "float32" },
    attributes,
    inputLayouts: inputs.map(({ shape }) => layout(shape)),
    outputLayout: layout(output),
    epilogue: null,
    target,
  };
}

function checkGather(shape: Shape, dim: number, index: Shape, atEnd: number): void {
  const call = callOf(
    [
      { shape, dtype: "float32" },
      { shape: index, dtype: "int32" },
    ],
    index,
    { dim },
  );
  const inputs = [testNumbers(numel(shape), 1), places(index, shape[dim]!)];
  const output = new Float32Array(numel(index)).fill(Number.NaN);
  const expected = output.slice();
  references.get(gatherOp)!(inputs, expected, call.inputs, call.output, call.attributes);
  runSteps(gatherKernel.plan(call), { input: inputs, output: [output] }, atEnd);
  expect(output).toEqual(expected);
}

function checkScatter(shape: Shape, dim: number, index: Shape, atEnd: number): void {
  const types = [
    { shape: index, dtype: "int32" as const },
    { shape: index, dtype: "float32" as const },
  ];
  const call = callOf(types, shape, { dim, size: shape });
  // Whole numbers: their sums are exact in either precision.
  const inputs = [places(index, shape[dim]!), Float32Array.from({ length: numel(index) }, (_, at) => (at % 11) - 5)];
  const output = new Float32Array(numel(shape)).fill(Number.NaN);
  const expected = output.slice();
  references.get(scatterSumOp)!(inputs, expected, call.inputs, call.output, call.attributes);
  runSteps(scatterSumKernel.plan(call), { input: inputs, output: [output] }, atEnd);
  expect(output).toEqual(expected);
}

test("gather equals the reference on any shapes", () => {
  fc.assert(
    fc.property(cases, ({ shape, dim, index, atEnd }) => checkGather(shape, dim, index, atEnd)),
    { seed: 1, numRuns: 60 },
  );
  checkGather([3, 4, 300], 1, [2, 5, 290], 0);
});

test("scatterSum equals the reference on any shapes", () => {
  fc.assert(
    fc.property(cases, ({ shape, dim, index, atEnd }) => checkScatter(shape, dim, index, atEnd)),
    { seed: 2, numRuns: 60 },
  );
  checkScatter([3, 4, 300], 1, [2, 9, 290], 0);
});

test("an index out of range stops the run", () => {
  const call = callOf(
    [
      { shape: [3], dtype: "float32" },
      { shape: [1], dtype: "int32" },
    ],
    [1],
    { dim: 0 },
  );
  for (const place of [3, -1]) {
    const input = [new Float32Array(3), Int32Array.of(place)];
    expect(() => runSteps(gatherKernel.plan(call), { input, output: [new Float32Array(1)] })).toThrow("unreachable");
  }
});

test("one module does for every shape", () => {
  const keys = [[4], [2, 3], [2, 3, 600]].map((shape) => {
    const call = callOf(
      [
        { shape, dtype: "float32" },
        { shape, dtype: "int32" },
      ],
      shape,
      { dim: 0 },
    );
    const [step] = gatherKernel.plan(call).steps;
    return `${step!.key} ${Buffer.from(step!.emit()).toString("base64")}`;
  });
  expect(new Set(keys).size).toBe(1);
});
