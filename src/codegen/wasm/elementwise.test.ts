import fc from "fast-check";
import { expect, test } from "vitest";
import { compileExpression } from "../../core/evaluate.ts";
import { add, constant, type Expression, exp, input, lt, mul, select, sub } from "../../core/expression.ts";
import type { KernelStep, Layout } from "../../core/kernel.ts";
import { contiguousStrides, numel, type Shape } from "../../core/shape.ts";
import { forEachIndex, layoutArbitrary, position, testNumbers } from "../../testing/layouts.ts";
import { runSteps, testTargets } from "../../testing/run-steps.ts";
import { elementwiseStep, fillStep } from "./elementwise.ts";

const target = testTargets[0]!;

const contiguous = (shape: Shape): Layout => ({ strides: contiguousStrides(shape), offset: 0, size: numel(shape) });

/** Steps of equal key must have equal bytes. */
const known = new Map<string, string>();
function checkKey(step: KernelStep): void {
  const bytes = Buffer.from(step.emit()).toString("base64");
  expect(known.get(step.key) ?? bytes).toBe(bytes);
  known.set(step.key, bytes);
}

function check(
  shape: Shape,
  inputs: readonly Layout[],
  outputs: readonly Layout[],
  expressions: readonly Expression[],
  atEnd = 0,
): void {
  const step = elementwiseStep({ label: "test", shape, inputs, outputs, expressions, target });
  checkKey(step);
  const sources = inputs.map((layout, index) => testNumbers(layout.size, index));
  const results = outputs.map((layout) => new Float32Array(layout.size).fill(-99));
  const expected = results.map((each) => each.slice());
  const functions = expressions.map(compileExpression);
  forEachIndex(shape, (index) => {
    const values = inputs.map((layout, which) => sources[which]![position(layout, index)]!);
    for (const [which, apply] of functions.entries())
      expected[which]![position(outputs[which]!, index)] = apply(values);
  });
  runSteps({ steps: [step] }, { input: sources, output: results }, atEnd);
  for (const [which, each] of results.entries()) {
    const wrong = each.findIndex((value, at) => value !== expected[which]![at]);
    expect(wrong, `output ${which}, element ${wrong}: ${each[wrong]}, not ${expected[which]![wrong]}`).toBe(-1);
  }
}

const shapes = fc.oneof(
  fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 4 }),
  fc.tuple(fc.integer({ min: 1, max: 70 })),
  fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 })),
);

const affine = add(mul(input(0), input(1)), constant(0.5));
const choice = select(lt(input(1), input(0)), sub(input(0), input(2)), input(1));

test("any strides, two outputs, inputs repeated along axes", () => {
  const cases = shapes.chain((shape) =>
    fc.tuple(
      fc.constant(shape),
      fc.tuple(layoutArbitrary(shape, true), layoutArbitrary(shape, true), layoutArbitrary(shape, true)),
      fc.tuple(layoutArbitrary(shape, false), layoutArbitrary(shape, false)),
      fc.nat(4),
    ),
  );
  fc.assert(
    fc.property(cases, ([shape, inputs, outputs, atEnd]) => check(shape, inputs, outputs, [affine, choice], atEnd)),
    { seed: 11, numRuns: 150 },
  );
});

test("a copy between any two layouts", () => {
  const cases = fc
    .array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 3 })
    .chain((shape) =>
      fc.tuple(fc.constant(shape), layoutArbitrary(shape, true), layoutArbitrary(shape, false), fc.nat(1)),
    );
  fc.assert(
    fc.property(cases, ([shape, source, output, atEnd]) => check(shape, [source], [output], [input(0)], atEnd)),
    { seed: 23, numRuns: 150 },
  );
});

test("one long axis is cut into pieces, and so are many rows", () => {
  for (const shape of [[100003], [3, 40001], [700, 190], [2, 3, 5, 4001]]) {
    check(
      shape,
      [contiguous(shape), { strides: shape.map(() => 0), offset: 0, size: 1 }],
      [contiguous(shape)],
      [affine],
    );
  }
  const step = elementwiseStep({
    label: "copy",
    shape: [100003],
    inputs: [contiguous([100003])],
    outputs: [contiguous([100003])],
    expressions: [input(0)],
    target,
  });
  expect(step.pieces).toBe(4);
});

test("NCHW to N, H, W, C and back, and pixel shuffle as a strided copy", () => {
  const [n, c, h, w] = [2, 5, 6, 7] as const;
  const planes = contiguous([n, c, h, w]);
  const last: Layout = { strides: [h * w * c, 1, w * c, c], offset: 0, size: n * c * h * w };
  check([n, c, h, w], [planes], [last], [input(0)]);
  check([n, c, h, w], [last], [planes], [input(0)]);
  const bordered: Layout = { strides: [8 * 9 * c, 1, 9 * c, c], offset: (9 + 1) * c, size: n * 8 * 9 * c };
  check([n, c, h, w], [planes], [bordered], [input(0)]);
  // Tiles with every kind of remainder, and rows longer than a segment.
  for (const [c2, h2, w2] of [
    [4, 2, 2],
    [7, 5, 5],
    [19, 1, 33],
    [70, 3, 50],
    [5, 40, 60],
    [2500, 2, 3],
  ] as const) {
    const shape = [2, c2, h2, w2];
    const nhwc: Layout = { strides: [h2 * w2 * c2, 1, w2 * c2, c2], offset: 0, size: 2 * c2 * h2 * w2 };
    for (let atEnd = 0; atEnd < 2; atEnd++) {
      check(shape, [contiguous(shape)], [nhwc], [input(0)], atEnd);
      check(shape, [nhwc], [contiguous(shape)], [input(0)], atEnd);
    }
  }
  // [N, H, r, W, r] of the output reads channel (i, j) of the input.
  const shuffled: Layout = { strides: [9 * 30, 6, 90, 1, 30], offset: 0, size: 2 * 9 * 30 };
  check([2, 5, 3, 6, 3], [shuffled], [contiguous([2, 5, 3, 6, 3])], [input(0)]);
});

test("an output may lie on an input", () => {
  const shape = [5, 33];
  const values = testNumbers(165, 1);
  const step = elementwiseStep({
    label: "in place",
    shape,
    inputs: [contiguous(shape)],
    outputs: [contiguous(shape)],
    expressions: [mul(input(0), constant(2))],
    target,
  });
  const aliased: KernelStep = {
    ...step,
    arguments: step.arguments.map((word) => (typeof word === "number" ? word : { ...word, buffer: "output" as const })),
  };
  const buffer = values.slice();
  runSteps({ steps: [aliased] }, { output: [buffer] });
  expect(buffer).toEqual(values.map((value) => value * 2));
});

test("the same number gives the same bits wherever it lies", () => {
  const values = new Float32Array(64).fill(0.7231);
  const bits = new Set<number>();
  for (let length = 1; length < 24; length++) {
    for (const stride of [1, 2]) {
      const output = new Float32Array(length);
      const layout = { strides: [stride], offset: 0, size: 64 };
      const step = elementwiseStep({
        label: "exp",
        shape: [length],
        inputs: [layout],
        outputs: [contiguous([length])],
        expressions: [exp(input(0))],
        target: testTargets[1]!,
      });
      runSteps({ steps: [step] }, { input: [values], output: [output] });
      for (const value of output) bits.add(value);
    }
  }
  expect(bits.size).toBe(1);
});

test("nothing is done for no elements", () => {
  const empty = { strides: [0, 0], offset: 0, size: 0 };
  const spec = { label: "none", shape: [0, 3], inputs: [empty], outputs: [empty], expressions: [input(0)], target };
  expect(elementwiseStep(spec).pieces).toBe(0);
});

test("int32 elements are copied bit for bit", () => {
  const source = Int32Array.from([1, -1, 0x7fc00001, 0x7f800001, -2147483648]);
  const output = new Int32Array(5);
  const layout = contiguous([5]);
  const spec = { label: "copy", shape: [5], inputs: [layout], outputs: [layout], expressions: [input(0)], target };
  runSteps({ steps: [elementwiseStep(spec)] }, { input: [source], output: [output] });
  expect(output).toEqual(source);
});

test("fill writes a region and nothing else", () => {
  const layout: Layout = { strides: [20, 2], offset: 3, size: 70 };
  const output = testNumbers(70, 3);
  const expected = output.slice();
  forEachIndex([3, 7], (index) => {
    expected[position(layout, index)] = 1.5;
  });
  runSteps({ steps: [fillStep({ label: "fill", shape: [3, 7], layout, value: 1.5, target })] }, { output: [output] });
  expect(output).toEqual(expected);
});
