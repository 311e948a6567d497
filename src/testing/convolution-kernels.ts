import { expect } from "vitest";
import { compileExpression } from "../core/evaluate.ts";
import { add, type Expression, input, max, mul, sub, tanh } from "../core/expression.ts";
import type { Generator } from "../core/generator.ts";
import type { Epilogue, Layout, WasmKernel } from "../core/kernel.ts";
import type { Node } from "../core/node.ts";
import { numel, type Shape } from "../core/shape.ts";
import { compute } from "../devices/reference/evaluate.ts";
import { expectClose } from "./close.ts";
import { channelsLastLayout, contiguousLayout, load, runKernel } from "./run-kernel.ts";

/** Numbers from -1 to 1. */
export const random = (generator: Generator, shape: Shape) =>
  new Float32Array(numel(shape)).map(() => generator.uniform() * 2 - 1);
const values = (node: Node) => node.inputs.map((each) => each.source as { data: Float32Array }).map(({ data }) => data);

/** Runs a recorded call on the kernel. */
export function runNode(
  kernel: WasmKernel,
  node: Node,
  rest: Partial<Parameters<typeof runKernel>[1]> = {},
): Float32Array {
  expect(node.op).toBe(kernel.op);
  return runKernel(kernel, {
    inputs: node.inputs,
    output: node.shape,
    attributes: node.attributes,
    values: values(node),
    ...rest,
  });
}

export const expectSameBits = (a: Float32Array, b: Float32Array) =>
  expect(Buffer.compare(new Uint8Array(a.buffer), new Uint8Array(b.buffer))).toBe(0);
export const reference = (node: Node) => compute(node, values(node), "float32");
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

/** Runs a recorded call with one of several epilogues, operand layouts and output layouts; `terms`: of each sum of products. */
export function checkEpilogue(
  kernel: WasmKernel,
  node: Node,
  choice: number,
  generator: Generator,
  terms: number,
  rest: object,
): void {
  const expression = epilogues[choice % epilogues.length]!;
  const layouts = [1, 2].map((which) => someLayouts(node.shape)[(choice >> (which * 3)) % 7]!);
  const operands = layouts.map((layout) => random(generator, [layout.size]));
  const epilogue: Epilogue = { expression, operands: layouts };
  const outputLayout = someLayouts(node.shape)[outputLayouts[choice % 3]!]!;
  const apply = compileExpression(expression);
  const dense = operands.map((operand, which) => load(operand, node.shape, layouts[which]!));
  const expected = Array.from(reference(node), (value, at) => apply([value, dense[0]![at]!, dense[1]![at]!]));
  const actual = runNode(kernel, node, { ...rest, epilogue, operands, outputLayout });
  expectClose(actual, expected, { terms, term: 1 });
}
