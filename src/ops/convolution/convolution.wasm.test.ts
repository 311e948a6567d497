import fc from "fast-check";
import { describe, test } from "vitest";
import { Generator } from "../../core/generator.ts";
import { dataNode, type Node } from "../../core/node.ts";
import { numel } from "../../core/shape.ts";
import { expectClose } from "../../testing/close.ts";
import { checkEpilogue, expectSameBits, random, reference, runNode } from "../../testing/convolution-kernels.ts";
import { goldenCases } from "../../testing/golden.ts";
import { testTarget } from "../../testing/run-kernel.ts";
import { type ConvTranspose2dOptions, convTranspose2d, recordConvTranspose2d } from "./conv-transpose2d.ts";
import { convTranspose2dDirect } from "./conv-transpose2d.wasm.ts";
import { conv2d, recordConv2d } from "./conv2d.ts";
import { conv2dDirect } from "./conv2d.wasm.ts";

const terms = (node: Node) => numel(node.inputs[1]!.shape.slice(1)) + 1;

const transposedTerms = (node: Node) => terms(node) * node.inputs[1]!.shape[0]!;

const targets = [
  testTarget([4, 8]),
  testTarget([3, 12]),
  testTarget([6, 8]),
  testTarget([6, 16]),
  testTarget([4, 8], false),
];

describe("conv2d direct gives PyTorch's output", () => {
  for (const [index, golden] of goldenCases("conv2d").entries()) {
    test(golden.name, () => {
      const [x, weight, bias] = ["input", "weight", "bias"].map((name) => {
        const tensor = golden.tensors.get(name);
        return tensor ? dataNode(tensor.data, tensor.shape) : null;
      });
      const node = conv2d(x!, weight!, bias, golden.attrs as NonNullable<Parameters<typeof conv2d>[3]>);
      const target = targets[index % targets.length]!;
      expectClose(runNode(conv2dDirect, node, { target }), golden.tensors.get("output")!.data, { terms: terms(node) });
    });
  }
});

describe("convTranspose2d direct gives PyTorch's output", () => {
  for (const [index, golden] of goldenCases("conv_transpose2d").entries()) {
    test(golden.name, () => {
      const [x, weight, bias] = ["input", "weight", "bias"].map((name) => {
        const tensor = golden.tensors.get(name);
        return tensor ? dataNode(tensor.data, tensor.shape) : null;
      });
      const options = { ...golden.attrs, outputPadding: golden.attrs.output_padding } as ConvTranspose2dOptions;
      const node = convTranspose2d(x!, weight!, bias, options);
      const target = targets[index % targets.length]!;
      const expected = golden.tensors.get("output")!.data;
      expectClose(runNode(convTranspose2dDirect, node, { target }), expected, { terms: transposedTerms(node) });
    });
  }
});

const small = (least: number, most: number) => fc.integer({ min: least, max: most });
const pairOf = (least: number, most: number) => fc.tuple(small(least, most), small(least, most));

const forwardCase = fc
  .record({
    seed: small(0, 2 ** 30),
    batch: small(1, 3),
    groups: small(1, 3),
    inputs: small(1, 5),
    outputs: small(1, 14),
    kernel: pairOf(1, 4),
    stride: pairOf(1, 3),
    dilation: pairOf(1, 2),
    padding: fc.tuple(small(-1, 3), small(-1, 3), small(-1, 3), small(-1, 3)),
    extra: fc.tuple(small(0, 7), small(0, 30)),
    bias: fc.boolean(),
    depthwise: fc.boolean(),
    target: fc.constantFrom(...targets),
  })
  .map((c) => {
    const generator = new Generator(c.seed);
    const groups = c.depthwise ? c.outputs : c.groups;
    const perGroup = c.depthwise ? 1 : c.inputs;
    const outputs = c.depthwise ? c.outputs : c.outputs * groups;
    const size = ([0, 1] as const).map((axis) => {
      const needed = c.dilation[axis] * (c.kernel[axis] - 1) + 1 - c.padding[axis] - c.padding[axis + 2]!;
      return Math.max(1, needed) + c.extra[axis];
    });
    const leaf = (...shape: number[]) => dataNode(random(generator, shape), shape);
    const node = recordConv2d(
      leaf(c.batch, perGroup * groups, size[0]!, size[1]!),
      leaf(outputs, perGroup, ...c.kernel),
      c.bias ? leaf(outputs) : null,
      { stride: c.stride, padding: c.padding, dilation: c.dilation, groups },
    );
    return { node, target: c.target, generator };
  });

const transposedCase = fc
  .record({
    seed: small(0, 2 ** 30),
    batch: small(1, 3),
    groups: small(1, 3),
    inputs: small(1, 5),
    outputs: small(1, 14),
    kernel: pairOf(1, 5),
    stride: pairOf(1, 3),
    dilation: pairOf(1, 3),
    padding: fc.tuple(small(-1, 3), small(-1, 3), small(-1, 3), small(-1, 3)),
    outputPadding: pairOf(0, 2),
    extra: fc.tuple(small(0, 6), small(0, 20)),
    bias: fc.boolean(),
    depthwise: fc.boolean(),
    target: fc.constantFrom(...targets),
  })
  .map((c) => {
    const generator = new Generator(c.seed);
    const groups = c.depthwise ? c.outputs : c.groups;
    const [inputs, outputs] = c.depthwise ? [1, 1] : [c.inputs, c.outputs];
    const size = ([0, 1] as const).map((axis) => {
      const without = c.dilation[axis] * (c.kernel[axis] - 1) + 1 - c.padding[axis] - c.padding[axis + 2]!;
      return 1 + Math.max(0, Math.ceil((1 - without) / c.stride[axis])) + c.extra[axis];
    });
    const leaf = (...shape: number[]) => dataNode(random(generator, shape), shape);
    const node = recordConvTranspose2d(
      leaf(c.batch, inputs * groups, size[0]!, size[1]!),
      leaf(inputs * groups, outputs, ...c.kernel),
      c.bias ? leaf(outputs * groups) : null,
      { stride: c.stride, padding: c.padding, dilation: c.dilation, groups, output_padding: c.outputPadding },
    );
    return { node, target: c.target, generator };
  });

const runs = { seed: 7, numRuns: 100 };
/** A transposed convolution is compiled in up to nine phases. */
const transposedRuns = { seed: 8, numRuns: 40 };

test("conv2d direct gives the reference's output on random shapes, in any order of pieces", () => {
  fc.assert(
    fc.property(forwardCase, ({ node, target }) => {
      const forward = runNode(conv2dDirect, node, { target });
      expectClose(forward, reference(node), { terms: terms(node), term: 1 });
      expectSameBits(runNode(conv2dDirect, node, { target, order: "backward" }), forward);
    }),
    runs,
  );
});

test("conv2d direct applies epilogues and writes any layout", () => {
  fc.assert(
    fc.property(forwardCase, small(0, 511), ({ node, target, generator }, choice) => {
      checkEpilogue(conv2dDirect, node, choice, generator, transposedTerms(node), { target });
    }),
    runs,
  );
});

test("convTranspose2d direct gives the reference's output on random shapes, in any order of pieces", () => {
  fc.assert(
    fc.property(transposedCase, ({ node, target }) => {
      const forward = runNode(convTranspose2dDirect, node, { target });
      expectClose(forward, reference(node), { terms: transposedTerms(node), term: 1 });
      expectSameBits(runNode(convTranspose2dDirect, node, { target, order: "backward" }), forward);
    }),
    transposedRuns,
  );
});

test("convTranspose2d direct applies epilogues and writes any layout", () => {
  fc.assert(
    fc.property(transposedCase, small(0, 511), ({ node, target, generator }, choice) => {
      checkEpilogue(convTranspose2dDirect, node, choice, generator, transposedTerms(node), { target });
    }),
    transposedRuns,
  );
});

test("conv2d direct runs over rows that fill tiles badly, where a tap reads one pixel", () => {
  const sizes = fc.constantFrom([7, 7], [3, 3], [21, 2], [5, 1], [12, 14]);
  const shapes = fc.record({
    sizes,
    batch: small(1, 2),
    inputs: small(1, 9),
    outputs: small(5, 40),
    seed: small(0, 99),
  });
  fc.assert(
    fc.property(shapes, fc.constantFrom(...targets), small(0, 511), ({ sizes, batch, ...c }, target, choice) => {
      const generator = new Generator(c.seed);
      const leaf = (...shape: number[]) => dataNode(random(generator, shape), shape);
      const node = conv2d(leaf(batch, c.inputs, ...sizes), leaf(c.outputs, c.inputs, 1, 1), leaf(c.outputs));
      const forward = runNode(conv2dDirect, node, { target });
      expectClose(forward, reference(node), { terms: terms(node), term: 1 });
      expectSameBits(runNode(conv2dDirect, node, { target, order: "backward" }), forward);
      checkEpilogue(conv2dDirect, node, choice, generator, transposedTerms(node), { target });
    }),
    runs,
  );
});

/** Large enough to be cut into pieces by images, by rows and by panels. */
test.each<[string, (leaf: (...shape: number[]) => Node) => Node]>([
  ["images", (leaf) => conv2d(leaf(150, 8, 6, 6), leaf(12, 8, 3, 3), leaf(12), { padding: 1 })],
  ["rows and chunks of columns", (leaf) => conv2d(leaf(2, 6, 40, 205), leaf(41, 6, 3, 3), null, { padding: "same" })],
  ["panels", (leaf) => conv2d(leaf(2, 96, 5, 5), leaf(180, 96, 3, 3), leaf(180), { padding: [1, 0] })],
  ["panels of groups", (leaf) => conv2d(leaf(1, 128, 6, 6), leaf(320, 64, 3, 3), null, { groups: 2, dilation: 2 })],
  ["depthwise rows", (leaf) => conv2d(leaf(3, 74, 60, 31), leaf(74, 1, 5, 5), leaf(74), { groups: 74, padding: 2 })],
])("conv2d direct in several pieces: %s", (_name, make) => {
  const generator = new Generator(11);
  const node = make((...shape) => dataNode(random(generator, shape), shape));
  const forward = runNode(conv2dDirect, node);
  expectClose(forward, reference(node), { terms: terms(node), term: 1 });
  expectSameBits(runNode(conv2dDirect, node, { order: "backward" }), forward);
});

test.each<[string, (leaf: (...shape: number[]) => Node) => Node]>([
  ["panels and a channel left over", (leaf) => conv2d(leaf(2, 8, 9, 31), leaf(21, 8, 3, 3), leaf(21), { padding: 1 })],
  ["depthwise", (leaf) => conv2d(leaf(1, 30, 9, 31), leaf(30, 1, 3, 3), null, { groups: 30, stride: 2 })],
])("the same bits whatever the tile: %s", (_name, make) => {
  const generator = new Generator(3);
  const node = make((...shape) => dataNode(random(generator, shape), shape));
  const outputs = targets.slice(0, 4).map((target) => runNode(conv2dDirect, node, { target }));
  for (const each of outputs) expectSameBits(each, outputs[0]!);
});
