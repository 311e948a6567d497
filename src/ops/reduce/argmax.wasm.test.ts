import fc from "fast-check";
import { expect, test } from "vitest";
import type { KernelCall } from "../../core/kernel.ts";
import { contiguousStrides, numel, type Shape } from "../../core/shape.ts";
import { runSteps, testTargets } from "../../testing/run-steps.ts";
import { references } from "../references.ts";
import { argmaxOp } from "./argmax.ts";
import { argmaxKernel } from "./argmax.wasm.ts";

const layout = (shape: Shape) => ({ strides: contiguousStrides(shape), offset: 0, size: numel(shape) });

function check(shape: Shape, dim: readonly number[], values: readonly number[], atEnd = 0): void {
  const attributes = { dim, keepdim: false };
  const x = { shape, dtype: "float32" as const };
  const output = { shape: argmaxOp.shape([x], attributes), dtype: "int32" as const };
  const call: KernelCall = {
    inputs: [x],
    output,
    attributes,
    inputLayouts: [layout(shape)],
    outputLayout: layout(output.shape),
    epilogue: null,
    target: testTargets[0]!,
  };
  const numbers = Float32Array.from({ length: numel(shape) }, (_, at) => values[at % values.length]!);
  const expected = new Int32Array(numel(output.shape));
  references.get(argmaxOp)!([numbers], expected, [x], output, attributes);
  const actual = new Int32Array(numel(output.shape)).fill(-1);
  runSteps(argmaxKernel.plan(call), { input: [numbers], output: [actual] }, atEnd);
  expect(actual).toEqual(expected);
}

/** Few different numbers, so that there are ties, and NaN among them. */
const value = fc.constantFrom(-2, -1, -0, 0, 1, 3, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);

test("argmax equals the reference on any shapes, with ties and NaN", () => {
  const cases = fc
    .array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 })
    .chain((shape) =>
      fc.tuple(
        fc.constant(shape),
        fc.option(fc.nat(shape.length - 1), { nil: undefined }),
        fc.array(value, { minLength: 1, maxLength: 40 }),
        fc.nat(1),
      ),
    );
  fc.assert(
    fc.property(cases, ([shape, dim, values, atEnd]) =>
      check(shape, dim === undefined ? shape.map((_, axis) => axis) : [dim], values, atEnd),
    ),
    { seed: 1, numRuns: 100 },
  );
});

test("argmax of more than one piece", () => {
  check([3, 5, 200], [1], [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5]);
  check([700, 10], [1], [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5]);
});
