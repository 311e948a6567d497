import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileExpression } from "../../core/evaluate.ts";
import { add, type Expression, input, max, mul, sub, tanh } from "../../core/expression.ts";
import { Generator } from "../../core/generator.ts";
import type { Epilogue, Layout, WasmKernel } from "../../core/kernel.ts";
import { dataNode, type Node } from "../../core/node.ts";
import { numel, type Shape } from "../../core/shape.ts";
import { compute } from "../../devices/reference/evaluate.ts";
import { expectClose } from "../../testing/close.ts";
import { goldenCases } from "../../testing/golden.ts";
import { channelsLastLayout, contiguousLayout, load, runKernel, testTarget } from "../../testing/run-kernel.ts";
import { type ConvTranspose2dOptions, convTranspose2d, recordConvTranspose2d } from "./conv-transpose2d.ts";
import { convTranspose2dDirect } from "./conv-transpose2d.wasm.ts";
import { conv2d, recordConv2d } from "./conv2d.ts";
import { conv2dDirect } from "./conv2d.wasm.ts";

const random = (generator: Generator, shape: Shape) =>
  new Float32Array(numel(shape)).map(() => generator.uniform() * 2 - 1);
const values = (node: Node) => node.inputs.map((each) => each.source as { data: Float32Array }).map(({ data }) => data);

/** Runs a recorded call on the kernel. */
function run(kernel: WasmKernel, node: Node, rest: Partial<Parameters<typeof runKernel>[1]> = {}): Float32Array {
  expect(node.op).toBe(kernel.op);
  return runKernel(kernel, {
    inputs: node.inputs,
    output: node.shape,
    attributes: node.attributes,
    values: values(node),
    ...rest,
  });
}

const expectSameBits = (a: Float32Array, b: Float32Array) =>
  expect(Buffer.compare(new Uint8Array(a.buffer), new Uint8Array(b.buffer))).toBe(0);
const reference = (node: Node) => compute(node, values(node), "float32");
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
      expectClose(run(conv2dDirect, node, { target }), golden.tensors.get("output")!.data, { terms: terms(node) });
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
      expectClose(run(convTranspose2dDirect, node, { target }), expected, { terms: transposedTerms(node) });
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

/** Every kind of layout that a tensor of that shape can have, also as an operand. */
function someLayouts(shape: Shape): Layout[] {
  const [batch, channels, height, width] = shape as [number, number, number, number];
  const shuffled = Array.from({ length: channels }, (_, c) => (channels - 1 - c) * 3 + (c % 2));
  return [
    contiguousLayout(shape),
    channelsLastLayout(shape, { top: 1, left: 2, bottom: 0, right: 1 }),
    { strides: [0, 0, 0, 0], offset: 1, size: 2 },
    { strides: [0, 1, 0, 0], offset: 3, size: channels + 3 },
    { strides: [0, 2, 0, 0], offset: 0, size: channels * 2 },
    { strides: [0, 0, width, 1], offset: 0, size: height * width },
    {
      strides: [height * width * channels * 4, 1, width * channels * 4, channels * 4],
      channelOffsets: shuffled,
      offset: 5,
      size: batch * height * width * channels * 4 + 5,
    },
  ];
}
const outputLayouts = [0, 1, 6];

const epilogues: Expression[] = [
  tanh(input(0)),
  max(input(0), mul(input(0), input(1))),
  add(mul(input(0), input(1)), input(2)),
  mul(input(0), sub(mul(input(1), input(1)), input(2))),
];

function checkEpilogue(kernel: WasmKernel, node: Node, choice: number, generator: Generator, rest: object): void {
  const expression = epilogues[choice % epilogues.length]!;
  const layouts = [1, 2].map((which) => someLayouts(node.shape)[(choice >> (which * 3)) % 7]!);
  const operands = layouts.map((layout) => random(generator, [layout.size]));
  const epilogue: Epilogue = { expression, operands: layouts };
  const outputLayout = someLayouts(node.shape)[outputLayouts[choice % 3]!]!;
  const apply = compileExpression(expression);
  const dense = operands.map((operand, which) => load(operand, node.shape, layouts[which]!));
  const expected = Array.from(reference(node), (value, at) => apply([value, dense[0]![at]!, dense[1]![at]!]));
  const actual = run(kernel, node, { ...rest, epilogue, operands, outputLayout });
  expectClose(actual, expected, { terms: transposedTerms(node), term: 1 });
}

const runs = { seed: 7, numRuns: 100 };
/** A transposed convolution is compiled in up to nine phases. */
const transposedRuns = { seed: 8, numRuns: 40 };

test("conv2d direct gives the reference's output on random shapes, in any order of pieces", () => {
  fc.assert(
    fc.property(forwardCase, ({ node, target }) => {
      const forward = run(conv2dDirect, node, { target });
      expectClose(forward, reference(node), { terms: terms(node), term: 1 });
      expectSameBits(run(conv2dDirect, node, { target, order: "backward" }), forward);
    }),
    runs,
  );
});

test("conv2d direct applies epilogues and writes any layout", () => {
  fc.assert(
    fc.property(forwardCase, small(0, 511), ({ node, target, generator }, choice) => {
      checkEpilogue(conv2dDirect, node, choice, generator, { target });
    }),
    runs,
  );
});

test("convTranspose2d direct gives the reference's output on random shapes, in any order of pieces", () => {
  fc.assert(
    fc.property(transposedCase, ({ node, target }) => {
      const forward = run(convTranspose2dDirect, node, { target });
      expectClose(forward, reference(node), { terms: transposedTerms(node), term: 1 });
      expectSameBits(run(convTranspose2dDirect, node, { target, order: "backward" }), forward);
    }),
    transposedRuns,
  );
});

test("convTranspose2d direct applies epilogues and writes any layout", () => {
  fc.assert(
    fc.property(transposedCase, small(0, 511), ({ node, target, generator }, choice) => {
      checkEpilogue(convTranspose2dDirect, node, choice, generator, { target });
    }),
    transposedRuns,
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
  const forward = run(conv2dDirect, node);
  expectClose(forward, reference(node), { terms: terms(node), term: 1 });
  expectSameBits(run(conv2dDirect, node, { order: "backward" }), forward);
});

test.each<[string, (leaf: (...shape: number[]) => Node) => Node]>([
  ["panels and a channel left over", (leaf) => conv2d(leaf(2, 8, 9, 31), leaf(21, 8, 3, 3), leaf(21), { padding: 1 })],
  ["depthwise", (leaf) => conv2d(leaf(1, 30, 9, 31), leaf(30, 1, 3, 3), null, { groups: 30, stride: 2 })],
])("the same bits whatever the tile: %s", (_name, make) => {
  const generator = new Generator(3);
  const node = make((...shape) => dataNode(random(generator, shape), shape));
  const outputs = targets.slice(0, 4).map((target) => run(conv2dDirect, node, { target }));
  for (const each of outputs) expectSameBits(each, outputs[0]!);
});
