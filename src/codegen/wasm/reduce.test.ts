import fc from "fast-check";
import { expect, test } from "vitest";
import { compileExpression } from "../../core/evaluate.ts";
import { add, constant, type Expression, exp, input, mul, sub } from "../../core/expression.ts";
import type { KernelPlan, Layout } from "../../core/kernel.ts";
import { contiguousStrides, numel, type Shape } from "../../core/shape.ts";
import { forEachIndex, layoutArbitrary, position, testNumbers } from "../../testing/layouts.ts";
import { runSteps, testTargets } from "../../testing/run-steps.ts";
import { type ReduceSpec, reduceSteps } from "./reduce.ts";

const target = testTargets[0]!;
const contiguous = (shape: Shape): Layout => ({ strides: contiguousStrides(shape), offset: 0, size: numel(shape) });

/** A layout of the kept axes, 0 along the others. */
function without(layout: Layout, reduced: readonly boolean[]): Layout {
  return { ...layout, strides: layout.strides.map((stride, axis) => (reduced[axis] ? 0 : stride)) };
}

const known = new Map<string, string>();
function checkKeys(plan: KernelPlan): void {
  for (const step of plan.steps) {
    const bytes = Buffer.from(step.emit()).toString("base64");
    expect(known.get(step.key) ?? bytes).toBe(bytes);
    known.set(step.key, bytes);
  }
}

/** Runs a plan and compares it with plain float64 loops. */
function check(spec: Omit<ReduceSpec, "target" | "label">, atEnd = 0): void {
  const plan = reduceSteps({ ...spec, label: "test", target });
  checkKeys(plan);
  const sources = spec.inputs.map((layout, index) => testNumbers(layout.size, index));
  const extras = (spec.finishInputs ?? []).map((layout, index) => testNumbers(layout.size, 7 + index));
  const output = new Float32Array(spec.output.size).fill(-99);
  const expected = Float64Array.from(output);
  const value = compileExpression(spec.expression);
  const finish = compileExpression(spec.finish);
  const totals = new Map<number, { total: number; index: readonly number[] }>();
  forEachIndex(spec.shape, (index) => {
    const at = position(spec.output, index);
    const each = value(spec.inputs.map((layout, which) => sources[which]![position(layout, index)]!));
    const before = totals.get(at);
    if (!before) totals.set(at, { total: each, index: [...index] });
    else before.total = spec.operator === "sum" ? before.total + each : Math.max(before.total, each);
  });
  for (const [at, { total, index }] of totals) {
    const others = (spec.finishInputs ?? []).map((layout, which) => extras[which]![position(layout, index)]!);
    expected[at] = finish([total, ...others]);
  }
  runSteps(plan, { input: sources, output: [output], operand: extras }, atEnd);
  const scale = Math.max(1, ...expected.map(Math.abs));
  const wrong = output.findIndex((each, at) => !(Math.abs(each - expected[at]!) <= 2e-6 * scale));
  expect(wrong, `element ${wrong}: ${output[wrong]}, not ${expected[wrong]}`).toBe(-1);
}

const difference = sub(input(0), input(1));
const square = mul(difference, difference);
const finish = add(mul(input(0), constant(0.125)), input(1));

test("any axes, any strides, with a prologue and a finishing expression", () => {
  const shapes = fc.oneof(
    fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 4 }),
    fc.tuple(fc.integer({ min: 1, max: 900 }), fc.integer({ min: 1, max: 40 })),
  );
  const cases = shapes.chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      reduced: fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }),
      inputs: fc.tuple(layoutArbitrary(shape, true), layoutArbitrary(shape, true)),
      output: layoutArbitrary(shape, false),
      extra: layoutArbitrary(shape, true),
      operator: fc.constantFrom("sum" as const, "max" as const),
      atEnd: fc.nat(4),
    }),
  );
  fc.assert(
    fc.property(cases, ({ shape, reduced, inputs, output, extra, operator, atEnd }) =>
      check(
        {
          operator,
          shape,
          inputs,
          expression: square,
          output: without(output, reduced),
          finish,
          finishInputs: [without(extra, reduced)],
        },
        atEnd,
      ),
    ),
    { seed: 3, numRuns: 100 },
  );
});

const whole = (
  operator: "sum" | "max",
  shape: Shape,
  reduced: readonly boolean[],
  layout: Layout,
  expression: Expression,
) => {
  const kept = shape.map((size, axis) => (reduced[axis] ? 1 : size));
  check({
    operator,
    shape,
    inputs: [layout],
    expression,
    output: without(contiguous(kept), reduced),
    finish: mul(input(0), constant(0.5)),
  });
};

test("the shapes that networks have: loss, bias gradients in both orders, rows, chunks of all of them", () => {
  const nhwc = (n: number, c: number, h: number, w: number): Layout => ({
    strides: [h * w * c, 1, w * c, c],
    offset: 0,
    size: n * c * h * w,
  });
  const bordered: Layout = { strides: [16 * 13 * 20, 1, 13 * 20, 20], offset: 14 * 20, size: 4 * 16 * 13 * 20 };
  for (const operator of ["sum", "max"] as const) {
    whole(operator, [100003], [true], contiguous([100003]), mul(input(0), input(0)));
    whole(operator, [8, 20, 30, 31], [true, false, true, true], nhwc(8, 20, 30, 31), input(0));
    whole(operator, [8, 20, 30, 31], [true, false, true, true], contiguous([8, 20, 30, 31]), input(0));
    whole(operator, [4, 20, 14, 11], [true, false, true, true], bordered, input(0));
    whole(operator, [64, 10], [false, true], contiguous([64, 10]), exp(mul(input(0), constant(0.1))));
    whole(operator, [3, 5, 70, 900], [false, false, true, true], contiguous([3, 5, 70, 900]), input(0));
    whole(operator, [2, 70001], [true, false], contiguous([2, 70001]), input(0));
  }
});

test("a sum of a million float32 is as good as pairwise summation", () => {
  const length = 1_000_003;
  for (const make of [() => 0.1, (index: number) => ((index * 7919) % 10007) / 10007]) {
    const values = Float32Array.from({ length }, (_, index) => make(index));
    const output = new Float32Array(1);
    const plan = reduceSteps({
      label: "sum",
      operator: "sum",
      shape: [length],
      inputs: [contiguous([length])],
      expression: input(0),
      output: { strides: [0], offset: 0, size: 1 },
      finish: input(0),
      target,
    });
    runSteps(plan, { input: [values], output: [output] });
    const exact = values.reduce((sum, value) => sum + value, 0);
    expect(Math.abs(output[0]! / exact - 1)).toBeLessThan(3e-7);
  }
});

test("a NaN anywhere makes the maximum NaN, and infinities count", () => {
  const length = 70000;
  for (const at of [0, 5, 33333, 69999]) {
    const values = new Float32Array(length).fill(-3);
    const output = new Float32Array(1);
    const plan = reduceSteps({
      label: "max",
      operator: "max",
      shape: [length],
      inputs: [contiguous([length])],
      expression: input(0),
      output: { strides: [0], offset: 0, size: 1 },
      finish: input(0),
      target,
    });
    for (const special of [Number.NaN, Number.POSITIVE_INFINITY, -2]) {
      values[at] = special;
      runSteps(plan, { input: [values], output: [output] });
      expect(output[0]).toBe(special);
    }
  }
});

test("no elements sum to 0, and nothing is kept where there is nothing to keep", () => {
  const output = new Float32Array(3).fill(9);
  const spec = {
    label: "empty",
    operator: "sum" as const,
    inputs: [{ strides: [1, 3], offset: 0, size: 0 }],
    expression: input(0),
    finish: input(0),
    target,
  };
  const rows = reduceSteps({ ...spec, shape: [3, 0], output: { strides: [1, 0], offset: 0, size: 3 } });
  runSteps(rows, { input: [new Float32Array(0)], output: [output] });
  expect([...output]).toEqual([0, 0, 0]);
  const none = reduceSteps({ ...spec, shape: [0, 3], output: { strides: [1, 0], offset: 0, size: 0 } });
  expect(none.steps.every((step) => step.pieces === 0)).toBe(true);
});
