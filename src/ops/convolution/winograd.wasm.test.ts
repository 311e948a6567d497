import fc from "fast-check";
import { expect, test } from "vitest";
import { Generator } from "../../core/generator.ts";
import { scratchLimit, type WasmKernel } from "../../core/kernel.ts";
import { dataNode, type Node } from "../../core/node.ts";
import { numel, type Shape } from "../../core/shape.ts";
import { compute } from "../../devices/reference/evaluate.ts";
import { EngineState } from "../../engine/state.ts";
import { wasmDevice } from "../../index.ts";
import { expectClose } from "../../testing/close.ts";
import { checkEpilogue, expectSameBits, random, reference, runNode } from "../../testing/convolution-kernels.ts";
import { computeOnReference } from "../../testing/golden-run.ts";
import { contiguousLayout, testTarget } from "../../testing/run-kernel.ts";
import * as ops from "../index.ts";
import { recordConvTranspose2d } from "./conv-transpose2d.ts";
import { conv2d, inputGradient, recordConv2d } from "./conv2d.ts";
import { blockTilesOf } from "./winograd/problem.ts";
import { f2x2, f4x4 } from "./winograd/transforms.ts";
import { winogradKernels } from "./winograd.wasm.ts";

/** Also for shapes where another kernel is faster. */
const kernels = winogradKernels.map((kernel) => ({ ...kernel, accepts: () => true }));
const kernelsOf = (node: Node): WasmKernel[] => kernels.filter(({ op }) => op === node.op);
/** How many times as much as a plain sum of products a kernel may round: the errors below say how much it does. */
const roundings = (kernel: WasmKernel) => (kernel.name.includes("4x4") ? 4 : 1);

const leafOf = (shape: Shape) => dataNode(new Float32Array(numel(shape)), shape);

const targets = [
  testTarget([4, 8]),
  testTarget([3, 12]),
  testTarget([6, 8]),
  testTarget([6, 16]),
  testTarget([4, 8], false),
];
const small = (least: number, most: number) => fc.integer({ min: least, max: most });
const side = small(-1, 3);
const anyCase = fc
  .record({
    seed: small(0, 2 ** 30),
    batch: small(1, 3),
    inputs: small(1, 14),
    outputs: small(1, 22),
    padding: fc.tuple(side, side, side, side),
    extra: fc.tuple(small(0, 12), small(0, 26)),
    bias: fc.boolean(),
    transposed: fc.boolean(),
    target: fc.constantFrom(...targets),
  })
  .map((c) => {
    const generator = new Generator(c.seed);
    const leaf = (...shape: number[]) => dataNode(random(generator, shape), shape);
    const geometry = { stride: [1, 1], dilation: [1, 1], padding: c.padding, groups: 1 } as const;
    const sides = [c.padding[0] + c.padding[2], c.padding[1] + c.padding[3]] as const;
    const size = sides.map((both, axis) => Math.max(1, c.transposed ? both - 1 : 3 - both) + c.extra[axis]!);
    const input = leaf(c.batch, c.inputs, size[0]!, size[1]!);
    const bias = c.bias ? leaf(c.outputs) : null;
    const node = c.transposed
      ? recordConvTranspose2d(input, leaf(c.inputs, c.outputs, 3, 3), bias, { ...geometry, output_padding: [0, 0] })
      : recordConv2d(input, leaf(c.outputs, c.inputs, 3, 3), bias, geometry);
    return { node, target: c.target, generator, terms: c.inputs * 9 + 1 };
  });
const runs = { seed: 9, numRuns: 60 };

test("F(2x2,3x3) and F(4x4,3x3) give the reference's output on random shapes, in any order of pieces", () => {
  fc.assert(
    fc.property(anyCase, ({ node, target, terms }) => {
      for (const kernel of kernelsOf(node)) {
        const forward = runNode(kernel, node, { target });
        expectClose(forward, reference(node), { terms: terms * roundings(kernel) ** 2, term: 1 });
        expectSameBits(runNode(kernel, node, { target, order: "backward" }), forward);
      }
    }),
    runs,
  );
});

test("F(2x2,3x3) and F(4x4,3x3) apply epilogues and write any layout", () => {
  fc.assert(
    fc.property(anyCase, small(0, 511), ({ node, target, generator }, choice) => {
      for (const kernel of kernelsOf(node)) {
        const terms = numel(node.inputs[1]!.shape) * roundings(kernel) ** 2;
        checkEpilogue(kernel, node, choice, generator, terms, { target });
      }
    }),
    runs,
  );
});

/** Large enough for several blocks of tiles and parts of the panels. */
test.each<[string, Shape, number]>([
  ["blocks of tiles that end inside of rows and images", [3, 8, 45, 37], 12],
  ["tiles of many images in a block", [60, 9, 5, 6], 21],
  ["parts of the panels", [1, 96, 9, 10], 200],
  ["channels that few tiles of fit into the cache", [1, 300, 11, 9], 10],
])("the same bits in several pieces, whatever the tile: %s", (_name, shape, outputs) => {
  const generator = new Generator(11);
  const leaf = (...each: number[]) => dataNode(random(generator, each), each);
  const forward = conv2d(leaf(...shape), leaf(outputs, shape[1]!, 3, 3), leaf(outputs), { padding: 1 });
  const backward = inputGradient(leaf(...forward.shape), forward.inputs[1]!, shape, forward.attributes);
  for (const node of [forward, backward]) {
    for (const kernel of kernelsOf(node)) {
      const results = targets.slice(0, 4).map((target) => runNode(kernel, node, { target }));
      const terms = numel(node.inputs[0]!.shape.slice(1, 2)) * 9 * roundings(kernel) ** 2;
      expectClose(results[0]!, reference(node), { terms, term: 1 });
      for (const each of results) expectSameBits(each, results[0]!);
      expectSameBits(runNode(kernel, node, { order: "backward" }), results[0]!);
    }
  }
});

/** The largest error, of the largest sum of |products|, in units of half a last place. */
function largestError(kernel: WasmKernel, node: Node, target = testTarget()): number {
  const data = node.inputs.map(({ source }) => (source as { data: Float32Array }).data);
  const actual = runNode(kernel, node, { target });
  const magnitudes = data.map((each) => each.map(Math.abs));
  const largest = Math.max(...compute(node, magnitudes, "float64"));
  const errors = compute(node, data, "float64").map((value, at) => Math.abs(actual[at]! - value));
  return Math.max(...errors) / largest / 2 ** -24;
}

/** docs/decisions/0004-winograd.md states these bounds. */
test.each([16, 64, 256])("errors stay inside of their documented bounds with %i channels", (channels) => {
  const generator = new Generator(channels);
  const leaf = (...each: number[]) => dataNode(random(generator, each), each);
  const node = conv2d(leaf(1, channels, 20, 20), leaf(8, channels, 3, 3), null, { padding: 1 });
  for (const target of [testTarget(), testTarget([4, 8], false)]) {
    for (const kernel of kernelsOf(node)) {
      expect(largestError(kernel, node, target), kernel.name).toBeLessThan(2 * roundings(kernel));
    }
  }
});

test("is taken where it saves work, F(4x4,3x3) with fast numerics only", () => {
  const name = (shape: Shape, outputs: number, target = testTarget(), options = {}) => {
    const node = conv2d(leafOf(shape), leafOf([outputs, shape[1]!, 3, 3]), null, { padding: 1, ...options });
    const types = node.inputs;
    return winogradKernels.find((each) => each.op === node.op && each.accepts(types, node, node.attributes, target))
      ?.name;
  };
  const exact = testTarget([4, 8], true, "exact");
  expect(name([8, 64, 56, 56], 64)).toBe("conv2d F(4x4,3x3)");
  expect(name([8, 64, 56, 56], 64, exact)).toBe("conv2d F(2x2,3x3)");
  expect(name([1, 64, 2, 2], 64)).toBeUndefined();
  expect(name([64, 64, 2, 2], 64)).toBe("conv2d F(2x2,3x3)");
  // A tile of a picture, or one picture of a batch, is computed like the whole.
  for (const outputs of [16, 64]) {
    for (const shape of [
      [1, 32, 9, 9],
      [1, 32, 7, 90],
      [8, 32, 7, 16],
      [1, 32, 264, 392],
    ]) {
      expect(name(shape, outputs), `${shape}`).toBe("conv2d F(4x4,3x3)");
      expect(name(shape, outputs, exact), `${shape}`).toBe("conv2d F(2x2,3x3)");
    }
  }
  // Weights of 38 MB, once transformed for F(4x4), are more to read than a small plane saves.
  expect(name([1, 512, 7, 7], 512)).toBe("conv2d F(2x2,3x3)");
  expect(name([8, 512, 7, 7], 512)).toBe("conv2d F(4x4,3x3)");
  expect(name([1, 512, 16, 16], 512)).toBe("conv2d F(4x4,3x3)");
  for (const shape of [
    [1, 32, 9, 16],
    [1, 32, 360, 640],
  ]) {
    expect(name(shape, 9), `${shape}`).toBe("conv2d F(4x4,3x3)");
  }
  expect(name([1, 32, 5, 90], 16)).toBe(name([1, 32, 5, 16], 16));
  expect(name([1, 3, 56, 56], 64)).toBeUndefined();
  expect(name([1, 5000, 56, 56], 64)).toBeUndefined();
  expect(name([8, 64, 56, 56], 64, exact, { stride: 2 })).toBeUndefined();
  expect(name([8, 64, 56, 56], 64, exact, { dilation: 2 })).toBeUndefined();
});

test("whatever the channels, what is taken fits into a thread's scratch memory", () => {
  for (let channels = 4; channels < 1500; channels += 1 + (channels >> 4)) {
    for (const scheme of [f2x2, f4x4]) {
      if (blockTilesOf(channels, scheme) < 1) continue;
      const node = conv2d(leafOf([1, channels, 8, 8]), leafOf([64, channels, 3, 3]), null, { padding: 1 });
      const kernel = kernelsOf(node)[scheme === f4x4 ? 0 : 1]!;
      for (const target of targets) {
        const inputLayouts = node.inputs.map(({ shape }) => contiguousLayout(shape));
        const call = { inputs: node.inputs, output: node, attributes: node.attributes, inputLayouts };
        const rest = { outputLayout: contiguousLayout(node.shape), epilogue: null, target };
        for (const { scratchBytes = 0 } of kernel.plan({ ...call, ...rest }).steps) {
          expect(scratchBytes, `${kernel.name}, ${channels} channels`).toBeLessThanOrEqual(scratchLimit);
        }
      }
    }
  }
});

test("chained layers write each other's borders, and one, two and three threads give the same bits", async () => {
  const generator = new Generator(5);
  const leaf = (...each: number[]) => dataNode(random(generator, each), each);
  const x = leaf(2, 16, 39, 27);
  const first = ops.relu(conv2d(x, leaf(24, 16, 3, 3), leaf(24), { padding: 1 }));
  const second = ops.tanh(conv2d(first, leaf(36, 24, 3, 3), leaf(36), { padding: 1 }));
  const output = ops.pixelShuffle(second, 3);
  const seed = leaf(...output.shape);
  const grad = inputGradient(ops.pixelUnshuffle(seed, 3), second.inputs[0]!.inputs[1]!, first.shape, {
    ...second.inputs[0]!.attributes,
  });
  const results: ArrayLike<number>[][] = [];
  for (const threads of [1, 2, 3]) {
    const device = wasmDevice({ threads, numerics: "fast" });
    results.push(await new EngineState(device).values([output, grad]));
    device.pool.stop();
  }
  for (const each of results) expect(each).toEqual(results[0]);
  const [expected, expectedGrad] = await computeOnReference([output, grad]);
  expectClose(results[0]![0]!, expected!, { terms: 16 * 25 * 9 });
  expectClose(results[0]![1]!, expectedGrad!, { terms: 16 * 36 * 9 });
});
