import fc from "fast-check";
import { expect, test } from "vitest";
import { Generator, philox, toUniform } from "../../core/generator.ts";
import { evaluate } from "../../devices/reference/evaluate.ts";
import { runSteps, testTargets } from "../../testing/run-steps.ts";
import { uniform, uniformBlocks, uniformOp } from "./uniform.ts";
import { uniformWasm } from "./uniform.wasm.ts";

const source = (node: { source: unknown }) => (node.source as { data: Int32Array }).data;

test("element 4i + j is word j of block counter + i", () => {
  const node = uniform([3, 5], { seed: 12345678901, counter: 4294967294 });
  const [values] = evaluate([node], source);
  for (let at = 0; at < 15; at++) {
    const words = philox(12345678901, 4294967294 + Math.floor(at / 4), new Uint32Array(4));
    expect(values![at]).toBe(toUniform(words[at % 4]!));
  }
});

test("draws reserved one after the other continue the generator's stream", () => {
  const drawn = new Generator(99);
  const expected = Array.from({ length: 24 }, () => drawn.uniform());
  const generator = new Generator(99);
  const parts = [[2, 4], [16]].map((shape) => [
    ...evaluate([uniform(shape, generator.reserve(uniformBlocks(shape)))], source)[0]!,
  ]);
  expect(parts.flat()).toEqual(expected);
});

test("a bad seed or counter is refused by name", () => {
  expect(() => uniform([1], { seed: -1, counter: 0 })).toThrow("uniform: needs a seed");
  expect(() => uniform([1], { seed: 0, counter: 0.5 })).toThrow("got 0.5");
});

test("the WASM kernel gives the reference's bits, over the carry of the counter too", () => {
  const words = fc.oneof(fc.nat(100), fc.integer({ min: 2 ** 32 - 9000, max: 2 ** 32 + 100 }), fc.maxSafeNat());
  const lengths = fc.oneof(fc.nat(70), fc.constantFrom(16384, 16385, 40003));
  fc.assert(
    fc.property(words, words, lengths, (seed, start, length) => {
      const counter = Math.min(start, Number.MAX_SAFE_INTEGER - length);
      const node = uniform([length], { seed, counter });
      const [expected] = evaluate([node], source);
      const layout = { strides: [1], offset: 0, size: length };
      const plan = uniformWasm.plan({
        inputs: node.inputs,
        output: node,
        attributes: node.attributes,
        inputLayouts: [{ strides: [1], offset: 0, size: 4 }],
        outputLayout: layout,
        epilogue: null,
        target: testTargets[0]!,
      });
      const output = new Float32Array(length);
      runSteps(plan, { input: [source(node.inputs[0]!)], output: [output] }, 1);
      expect(output.findIndex((value, at) => value !== expected![at])).toBe(-1);
    }),
    { seed: 17, numRuns: 60 },
  );
});

test("numbers fill [0, 1) evenly and don't repeat", () => {
  const values = Float32Array.from(evaluate([uniform([100000], new Generator(3).reserve(25000))], source)[0]!);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.005);
  expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
  const counts = new Array<number>(10).fill(0);
  for (const value of values) counts[Math.floor(value * 10)]!++;
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThan(600);
  expect(uniformOp.shape([], { shape: [2] })).toEqual([2]);
});
