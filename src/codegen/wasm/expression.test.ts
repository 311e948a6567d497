import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileExpression, erf as erf64 } from "../../core/evaluate.ts";
import type { Expression } from "../../core/expression.ts";
import * as e from "../../core/expression.ts";
import type { KernelStep, Target } from "../../core/kernel.ts";
import { runSteps, testTargets } from "../../testing/run-steps.ts";
import { FunctionBuilder } from "./assembler.ts";
import { emitExpressions } from "./expression.ts";
import { encodeModule } from "./module.ts";

/** A kernel over contiguous arrays whose length is a multiple of 4: one output for each root. */
function vectorLoop(roots: readonly Expression[], inputs: number, length: number, target: Target): KernelStep {
  const emit = () => {
    const f = new FunctionBuilder("run", ["i32", "i32", "i32", "i32"]);
    const block = f.parameters[0]!;
    const at = f.local("i32");
    const addresses = f.locals("i32", inputs + roots.length);
    for (const [index, address] of addresses.entries())
      f.get(block)
        .load("i32.load", index * 4)
        .set(address);
    f.for(at, 0, length * 4, 16, () => {
      const results = emitExpressions(f, roots, (index) => f.get(addresses[index]!).add(at).load("v128.load"), target);
      results.forEach((result, index) => {
        f.get(addresses[inputs + index]!)
          .add(at)
          .get(result)
          .store("v128.store");
      });
    });
    return encodeModule([f], target.memory);
  };
  return {
    label: "vector loop",
    key: e.expressionKey(roots),
    emit,
    pieces: 1,
    arguments: [
      ...Array.from({ length: inputs }, (_, index) => ({ buffer: "input" as const, index })),
      ...roots.map((_, index) => ({ buffer: "output" as const, index })),
    ],
  };
}

function run(roots: readonly Expression[], inputs: readonly (Float32Array | Int32Array)[], target: Target) {
  const length = inputs[0]!.length;
  const outputs = roots.map(() => new Float32Array(length));
  runSteps({ steps: [vectorLoop(roots, inputs.length, length, target)] }, { input: inputs, output: outputs });
  return outputs;
}

/** Every `step`-th float32 there is, and the ones around which functions break. */
function sample(step: number): Float32Array {
  const special = [
    0,
    -0,
    1,
    -1,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NaN,
    88.722839,
    88.72284,
    89,
  ];
  special.push(
    -87.33655,
    -88.7,
    -103.97,
    -104,
    2 ** -149,
    -(2 ** -149),
    2 ** -126,
    3.4028234663852886e38,
    9.01,
    -9.02,
    1e-20,
  );
  const bits = new Uint32Array(Math.ceil((2 ** 32 / step + special.length) / 4) * 4);
  for (let index = 0; index < bits.length; index++) bits[index] = index * step;
  const numbers = new Float32Array(bits.buffer);
  numbers.set(special, numbers.length - special.length);
  return numbers;
}

/** The distance in units of the last place that float32 has at `expected`. */
function ulps(actual: number, expected: number): number {
  const rounded = Math.fround(expected);
  if (Object.is(actual, rounded) || actual === rounded) return 0;
  if (Number.isNaN(actual) || !Number.isFinite(actual) || !Number.isFinite(rounded)) return Number.POSITIVE_INFINITY;
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(rounded))));
  return Math.abs(actual - expected) / 2 ** (exponent - 23);
}

function worst(actual: Float32Array, expected: (index: number) => number): { ulps: number; index: number } {
  const found = { ulps: 0, index: -1 };
  for (let index = 0; index < actual.length; index++) {
    const distance = ulps(actual[index]!, expected(index));
    if (distance > found.ulps) {
      found.ulps = distance;
      found.index = index;
    }
  }
  return found;
}

describe.each(testTargets)("functions, fused multiply-add $fusedMultiplyAdd", (target) => {
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  test.each([
    ["exp", e.exp, Math.exp, 1.1, 4001],
    ["log", e.log, Math.log, 1.1, 4001],
    ["tanh", e.tanh, Math.tanh, 5, 4001],
    ["sigmoid", e.sigmoid, (x: number) => (x < -88.376 ? 0 : sigmoid(x)), 2.6, 4001],
    ["erf", e.erf, erf64, 2, 8009],
    ["sqrt", e.sqrt, Math.sqrt, 0.5, 40009],
    ["power 2", (a: Expression) => e.pow(a, e.constant(2)), (x: number) => x ** 2, 0.5, 40009],
    ["power 3", (a: Expression) => e.pow(a, e.constant(3)), (x: number) => x ** 3, 1.5, 40009],
    ["power 0", (a: Expression) => e.pow(a, e.constant(0)), () => 1, 0, 40009],
    ["power 2.5", (a: Expression) => e.pow(a, e.constant(2.5)), (x: number) => x ** 2.5, 0.6, 4001],
    ["power -7", (a: Expression) => e.pow(a, e.constant(-7)), (x: number) => x ** -7, 0.6, 4001],
    [
      "0.999 to the power",
      (a: Expression) => e.pow(e.constant(0.999), a),
      (x: number) => Math.fround(0.999) ** x,
      0.6,
      4001,
    ],
  ])("%s is within its error bound over all float32", (name, build, truth, bound, step) => {
    const x = sample(step);
    const [y] = run([build(e.input(0))], [x], target);
    const found = worst(y!, (index) => truth(x[index]!));
    expect(found.ulps, `${name}(${x[found.index]}) = ${y![found.index]}: ${found.ulps} ulp`).toBeLessThanOrEqual(bound);
  });

  test("tanh, sigmoid and erf are densely right where they bend, and stay in their range", () => {
    const x = Float32Array.from({ length: 400000 }, (_, index) => (index - 200000) / 20000);
    const [t, s, r] = run([e.tanh(e.input(0)), e.sigmoid(e.input(0)), e.erf(e.input(0))], [x], target);
    expect(worst(t!, (index) => Math.tanh(x[index]!)).ulps).toBeLessThanOrEqual(5);
    expect(worst(s!, (index) => sigmoid(x[index]!)).ulps).toBeLessThanOrEqual(2.6);
    expect(worst(r!, (index) => erf64(x[index]!)).ulps).toBeLessThanOrEqual(2);
    expect(t!.every((value) => Math.abs(value) <= 1)).toBe(true);
    expect(s!.every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(r!.every((value) => Math.abs(value) <= 1)).toBe(true);
  });

  test("a power of two variables is JavaScript's, signs and special values included", () => {
    const values = [
      0, -0, 0.5, -0.5, 1, -1, 2, -2, 3, -3, 2.5, -2.5, 1e10, -1e10, 1e-40, 3e38, 16777217, 16777216, 127.5,
    ];
    values.push(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, -127, 1 / 3, -1 / 3, 150, -150, 0.01);
    const pairs = values.flatMap((a) => values.map((b) => [a, b] as const));
    while (pairs.length % 4) pairs.push([1, 1]);
    const a = Float32Array.from(pairs, ([each]) => each);
    const b = Float32Array.from(pairs, ([, each]) => each);
    const [y] = run([e.pow(e.input(0), e.input(1))], [a, b], target);
    for (let index = 0; index < y!.length; index++) {
      const expected = Math.fround(a[index]! ** b[index]!);
      const close =
        ulps(y![index]!, a[index]! ** b[index]!) <= 0.6 && (expected !== 0 || Object.is(y![index], expected));
      expect(close, `${a[index]} ** ${b[index]} = ${y![index]}, not ${expected}`).toBe(true);
    }
  });
});

const leaf = fc.oneof(
  fc.constantFrom(0, 1, 2).map(e.input),
  fc.constantFrom(0, -1, 0.5, 3, Number.NaN).map(e.constant),
);

/** Random graphs with sharing: each node takes operands among all earlier ones. */
const graph = fc
  .array(fc.tuple(fc.nat(15), fc.nat(), fc.nat(), fc.nat(), leaf), { minLength: 1, maxLength: 24 })
  .map((steps) => {
    const nodes: Expression[] = [e.input(0), e.input(1), e.input(2)];
    for (const [kind, first, second, third, fresh] of steps) {
      const [a, b, c] = [nodes[first % nodes.length]!, nodes[second % nodes.length]!, nodes[third % nodes.length]!];
      const made = [
        () => e.add(a, b),
        () => e.sub(a, b),
        () => e.mul(a, b),
        () => e.div(a, b),
        () => e.min(a, b),
        () => e.max(a, fresh),
        () => e.lt(a, b),
        () => e.le(a, b),
        () => e.eq(a, b),
        () => e.ne(a, fresh),
        () => e.select(e.lt(a, fresh), b, c),
        () => e.select(a, b, c),
        () => e.neg(a),
        () => e.abs(a),
        () => e.floor(a),
        () => fresh,
      ][kind]!();
      nodes.push(made);
    }
    return nodes.slice(-3);
  });

/** The interpreter with every node rounded to float32, as the vectors are. */
function float32Value(node: Expression, inputs: readonly number[], memo: Map<Expression, number>): number {
  const known = memo.get(node);
  if (known !== undefined) return known;
  const values = e.operands(node).map((each) => float32Value(each, inputs, memo));
  const own: Expression =
    node.kind === "unary"
      ? { ...node, a: e.input(0) }
      : node.kind === "binary"
        ? { ...node, a: e.input(0), b: e.input(1) }
        : node.kind === "select"
          ? e.select(e.input(0), e.input(1), e.input(2))
          : node;
  const value = Math.fround(compileExpression(own)(node.kind === "input" ? inputs : values));
  memo.set(node, value);
  return value;
}

test("random expression graphs give the interpreter's bits", () => {
  const numbers = [0, -0, 1, -1, 0.25, 2.5, -3.75, Number.NaN, Number.POSITIVE_INFINITY, -7e37, 1e-39, 42];
  fc.assert(
    fc.property(graph, fc.array(fc.constantFrom(...numbers), { minLength: 12, maxLength: 12 }), (roots, values) => {
      const inputs = [0, 4, 8].map((start) => Float32Array.from(values.slice(start, start + 4)));
      const outputs = run(roots, inputs, testTargets[0]!);
      for (let at = 0; at < 4; at++) {
        const memo = new Map<Expression, number>();
        roots.forEach((root, index) => {
          const expected = float32Value(
            root,
            inputs.map((each) => each[at]!),
            memo,
          );
          expect(outputs[index]![at]).toBe(expected);
        });
      }
    }),
    { seed: 20240611, numRuns: 300 },
  );
});

test("int32 lanes convert both ways", () => {
  const whole = Int32Array.from([1, -5, 2 ** 24 + 1, 7]);
  const [asFloat] = run([e.toFloat(e.input(0))], [whole], testTargets[0]!);
  expect([...asFloat!]).toEqual([1, -5, 2 ** 24, 7]);
  const [asInt] = run([e.toInt(e.input(0))], [Float32Array.from([1.9, -1.9, 0.5, 1e6])], testTargets[0]!);
  expect([...new Int32Array(asInt!.buffer)]).toEqual([1, -1, 0, 1000000]);
});

test("a long chain of single uses needs few variables", () => {
  let chain: Expression = e.input(0);
  for (let index = 0; index < 200; index++) chain = e.add(e.mul(chain, e.constant(0.5)), e.input(1));
  const f = new FunctionBuilder("run", []);
  emitExpressions(f, [chain], () => f.f32x4(0), testTargets[0]!);
  // The next variable's number is how many there are.
  expect(f.local("i32").index).toBeLessThanOrEqual(4);
});
