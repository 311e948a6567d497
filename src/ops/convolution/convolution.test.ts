import { describe, expect, test } from "vitest";
import { gradients } from "../../core/gradient.ts";
import { dataNode, type Node } from "../../core/node.ts";
import type { PrimitiveOp } from "../../core/op.ts";
import { evaluate } from "../../devices/reference/evaluate.ts";
import { checkOp } from "../../testing/check-op.ts";
import { expectClose } from "../../testing/close.ts";
import { type GoldenCase, goldenCases } from "../../testing/golden.ts";
import { costs } from "../costs.ts";
import { windows } from "../windows.ts";
import { convTranspose2d, convTranspose2dOp } from "./conv-transpose2d.ts";
import { conv2d } from "./conv2d.ts";
import { conv2dWeightGradient } from "./weight-gradient.ts";

const data = (node: Node) => {
  if (node.source?.kind !== "data") throw new Error("no data");
  return node.source.data;
};

const largest = (numbers: ArrayLike<number>) => Array.from(numbers).reduce((a, b) => Math.max(a, Math.abs(b)), 0);

function add(): never {
  throw new Error("no node has two users here");
}

/** Output and gradients of a recorded call against PyTorch's. */
function check(golden: GoldenCase, call: (input: Node, weight: Node, bias: Node | null) => Node, depth: number): void {
  const leaf = (name: string) => {
    const tensor = golden.tensors.get(name);
    return tensor ? dataNode(tensor.data, tensor.shape) : null;
  };
  const [input, weight, bias] = [leaf("input")!, leaf("weight")!, leaf("bias")];
  const output = call(input, weight, bias);
  const expected = golden.tensors.get("output")!;
  expect(output.shape).toEqual(expected.shape);
  const targets = bias ? [input, weight, bias] : [input, weight];
  const grads = gradients(output, leaf("grad_output")!, targets, add);
  for (const [which, target] of targets.entries()) expect(grads[which]!.shape).toEqual(target.shape);
  const [actual, ...actualGrads] = evaluate([output, ...grads.map((grad) => grad!)], data);
  const terms = depth * weight.shape[2]! * weight.shape[3]!;
  expectClose(actual!, expected.data, { terms });
  const positions = output.shape[0]! * output.shape[2]! * output.shape[3]!;
  const [x, w, g] = [data(input), data(weight), golden.tensors.get("grad_output")!.data].map(largest);
  const spread = terms * output.shape[1]!;
  expectClose(actualGrads[0]!, golden.tensors.get("grad_input")!.data, { terms: spread, term: w! * g! });
  expectClose(actualGrads[1]!, golden.tensors.get("grad_weight")!.data, { terms: positions, term: x! * g! });
  if (bias) expectClose(actualGrads[2]!, golden.tensors.get("grad_bias")!.data, { terms: positions, term: g! });
}

describe("conv2d gives PyTorch's output and gradients", () => {
  for (const golden of goldenCases("conv2d")) {
    test(`${golden.name} ${JSON.stringify(golden.attrs)}`, () => {
      const options = golden.attrs as NonNullable<Parameters<typeof conv2d>[3]>;
      const weight = golden.tensors.get("weight")!;
      check(golden, (input, kernel, bias) => conv2d(input, kernel, bias, options), weight.shape[1]!);
    });
  }
});

describe("convTranspose2d gives PyTorch's output and gradients", () => {
  for (const golden of goldenCases("conv_transpose2d")) {
    test(`${golden.name} ${JSON.stringify(golden.attrs)}`, () => {
      const { output_padding, ...rest } = golden.attrs as { output_padding: [number, number] };
      const weight = golden.tensors.get("weight")!;
      const options = { ...rest, outputPadding: output_padding };
      check(golden, (input, kernel, bias) => convTranspose2d(input, kernel, bias, options), weight.shape[0]!);
    });
  }
});

const zeros = (...shape: number[]) => dataNode(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);

test("the gradients of all three are convolutions again, of the right shapes", () => {
  const input = zeros(2, 4, 9, 7);
  const weight = zeros(6, 2, 3, 2);
  const options = { stride: [2, 3], padding: [1, 0], dilation: [1, 2], groups: 2 } as const;
  const output = conv2d(input, weight, null, options);
  const first = conv2dWeightGradient(input, output, [3, 2], options);
  expect(first.shape).toEqual(weight.shape);
  for (const root of [output, first, convTranspose2d(output, weight, null, { ...options, outputPadding: [0, 1] })]) {
    const grads = gradients(root, zeros(...root.shape), [input, weight], (a) => a);
    const again = gradients(grads[0] ?? grads[1]!, zeros(...(grads[0] ?? grads[1]!).shape), [input, weight], (a) => a);
    for (const pair of [grads, again]) {
      for (const [which, target] of [input, weight].entries()) {
        if (pair[which]) expect(pair[which].shape).toEqual(target.shape);
      }
    }
  }
});

test("costs follow the exact formulas", () => {
  const cost = (node: Node) => costs.get(node.op)!(node.inputs, node, node.attributes);
  const forward = conv2d(zeros(1, 3, 32, 32), zeros(20, 3, 5, 5), zeros(20));
  expect(cost(forward)).toEqual({
    multiplications: 75 * 20 * 28 * 28,
    additions: 74 * 20 * 28 * 28,
    biasAdditions: 20 * 28 * 28,
    other: {},
  });
  // Zeros around 4x4 pixels: along an axis, windows have 2, 3, 3 and 2 taps inside.
  const padded = conv2d(zeros(1, 1, 4, 4), zeros(1, 1, 3, 3), zeros(1), { padding: 1 });
  expect(cost(padded)).toEqual({
    multiplications: 9 * 16,
    additions: 8 * 16,
    biasAdditions: 16,
    other: {},
    padded: { multiplications: 9 * 16 - 10 * 10, additions: 9 * 16 - 10 * 10 },
  });
  // Of the nine weights, three a side: 3, 4 and 3 of an axis' four gradients meet a pixel.
  const weights = conv2dWeightGradient(zeros(1, 1, 4, 4), zeros(1, 1, 4, 4), [3, 3], { padding: 1 });
  expect(cost(weights)).toMatchObject({
    multiplications: 9 * 16,
    additions: 9 * 15,
    padded: { multiplications: 9 * 16 - 10 * 10, additions: 9 * 16 - 10 * 10 },
  });
  // 2x2 inputs, 3x3 taps, stride 2: 5x5 without padding; padding 1 leaves 3 of the 5 rows and columns, 4 of 6 products each.
  const transposed = convTranspose2d(zeros(1, 4, 2, 2), zeros(4, 5, 3, 3), null, { stride: 2, padding: 1 });
  expect(cost(transposed)).toEqual({
    multiplications: 4 * 5 * 6 * 6,
    additions: 4 * 5 * 6 * 6 - 5 * 5 * 5,
    biasAdditions: 0,
    other: {},
    padded: {
      multiplications: 4 * 5 * (6 * 6 - 4 * 4),
      additions: 4 * 5 * (6 * 6 - 4 * 4) - 5 * (5 * 5 - 3 * 3),
    },
  });
});

test("the cost of a transposed convolution of a thousand million columns is found at once", () => {
  const columns = 2 ** 30;
  const cost = (kernel: number, stride: number, dilation: number, padding: number, output: number) =>
    costs.get(convTranspose2dOp)!(
      [
        { shape: [1, 1, 1, columns], dtype: "float32" },
        { shape: [1, 1, 1, kernel], dtype: "float32" },
      ],
      { shape: [1, 1, 1, output], dtype: "float32" },
      { stride: [1, stride], dilation: [1, dilation], padding: [0, padding, 0, padding], groups: 1 },
    );
  // Every output but those at the ends has two products.
  const full = 2 * columns + 2;
  expect(cost(4, 2, 1, 0, full)).toMatchObject({ multiplications: 4 * columns, additions: 4 * columns - full });
  expect(cost(4, 2, 1, 1, full - 2).padded).toEqual({ multiplications: 2, additions: 0 });
  // Taps that are a stride apart land where their neighbours' do.
  expect(cost(3, 2, 2, 0, 2 * columns + 3)).toMatchObject({ additions: 3 * columns - (columns + 2) });
});

/** Non-zero gradients of one output are the truth that `window` is held against. */
test.each([
  ["conv2d", (x: Node) => conv2d(x, ones(1, 1, 3, 2), null, { stride: [2, 1], padding: 2, dilation: [2, 3] })],
  ["convTranspose2d", (x: Node) => convTranspose2d(x, ones(1, 1, 3, 4), null, { stride: [2, 3], padding: 1 })],
  [
    "convTranspose2d, dilated",
    (x: Node) => convTranspose2d(x, ones(1, 1, 2, 3), null, { stride: 2, dilation: [3, 2] }),
  ],
])("%s: the receptive interval holds exactly the inputs with a gradient at its ends", (_name, call) => {
  const x = zeros(1, 1, 8, 9);
  const output = call(x);
  const [, , height, width] = output.shape as [number, number, number, number];
  for (let y = 0; y < height; y++) {
    for (let column = 0; column < width; column++) {
      const seed = new Float32Array(height * width);
      seed[y * width + column] = 1;
      const [grad] = evaluate([gradients(output, dataNode(seed, output.shape), [x], add)[0]!], data);
      const touched = [...grad!.keys()].filter((at) => grad![at] !== 0);
      const op = output.op as PrimitiveOp;
      const rows = windows.get(op)!(y, 0, 0, output.inputs, output, output.attributes)!;
      const columns = windows.get(op)!(column, 1, 0, output.inputs, output, output.attributes)!;
      const inside = [...grad!.keys()].filter((at) => {
        const [row, place] = [Math.floor(at / 9), at % 9];
        return row >= rows[0] && row <= rows[1] && place >= columns[0] && place <= columns[1];
      });
      for (const at of touched) expect(inside).toContain(at);
      const corners = [rows[0] * 9 + columns[0], rows[1] * 9 + columns[1]];
      const clipped = rows[0] < 0 || rows[1] > 7 || columns[0] < 0 || columns[1] > 8;
      if (rows[0] > rows[1] || columns[0] > columns[1]) expect(touched).toEqual([]);
      else if (!clipped) for (const corner of corners) expect(touched).toContain(corner);
    }
  }
});

function ones(...shape: number[]): Node {
  return dataNode(new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1), shape);
}

describe("errors name the op, the rule and what it got", () => {
  test.each<[string, () => Node, string]>([
    [
      "input channels",
      () => conv2d(zeros(1, 3, 32, 32), zeros(20, 1, 5, 5)),
      "conv2d: needs 1 input channel, got 3 from input [1, 3, 32, 32]",
    ],
    [
      "groups",
      () => conv2d(zeros(1, 4, 8, 8), zeros(3, 2, 3, 3), null, { groups: 2 }),
      "conv2d: needs output channels that 2 groups divide, got channels 3",
    ],
    ["bias", () => conv2d(zeros(1, 1, 8, 8), zeros(3, 1, 3, 3), zeros(2)), "conv2d: needs a bias of shape [3]"],
    ["rank", () => conv2d(zeros(1, 8, 8), zeros(3, 1, 3, 3)), "conv2d: needs 4 dimensions for its input, [N, C, H, W]"],
    [
      "size",
      () => conv2d(zeros(1, 1, 2, 8), zeros(3, 1, 3, 3)),
      "conv2d: needs an input at least as large as its kernel",
    ],
    [
      "same with a stride",
      () => conv2d(zeros(1, 1, 8, 8), zeros(3, 1, 3, 3), null, { padding: "same", stride: 2 }),
      'conv2d: padding "same" needs stride 1, got [2, 2]',
    ],
    [
      "output padding",
      () => convTranspose2d(zeros(1, 1, 8, 8), zeros(1, 3, 3, 3), null, { stride: 2, outputPadding: 2 }),
      "convTranspose2d: outputPadding must be less than stride or dilation, got [2, 2]",
    ],
    [
      "transposed channels",
      () => convTranspose2d(zeros(1, 3, 8, 8), zeros(1, 3, 3, 3)),
      "convTranspose2d: needs 1 input channel, got 3 from input [1, 3, 8, 8]",
    ],
    [
      "gradOutput",
      () => conv2dWeightGradient(zeros(1, 3, 8, 8), zeros(1, 5, 5, 6), [3, 3]),
      "conv2dWeightGradient: needs a gradOutput of shape [1, 5, 6, 6] for input [1, 3, 8, 8], got gradOutput [1, 5, 5, 6]",
    ],
  ])("%s", (_name, call, message) => {
    expect(call).toThrow(message);
  });
});

// Padding hides some of what the weights see, so intervals are only checked to hold enough here.
checkOp("conv2d", [
  {
    name: "bias, padding and dilation",
    inputs: [[1, 2, 4, 5], [3, 2, 2, 3], [3]],
    build: (x, weight, bias) => conv2d(x!, weight!, bias!, { padding: 1, dilation: [2, 1] }),
    window: "inside",
  },
  {
    name: "stride that leaves rows out, groups",
    inputs: [
      [1, 4, 6, 5],
      [2, 2, 3, 2],
    ],
    build: (x, weight) => conv2d(x!, weight!, null, { stride: [2, 3], groups: 2 }),
    window: "inside",
  },
  {
    name: "same, even kernel",
    inputs: [
      [1, 1, 4, 3],
      [1, 1, 2, 2],
    ],
    build: (x, weight) => conv2d(x!, weight!, null, { padding: "same" }),
    window: "inside",
  },
]);

checkOp("convTranspose2d", [
  {
    name: "stride, padding, output padding, bias",
    inputs: [[1, 2, 3, 2], [2, 2, 3, 2], [2]],
    build: (x, weight, bias) =>
      convTranspose2d(x!, weight!, bias!, { stride: 2, padding: [1, 0], outputPadding: [1, 0] }),
    window: "inside",
  },
  {
    name: "output padding of a whole stride, dilation, groups",
    inputs: [
      [1, 2, 3, 3],
      [2, 1, 2, 2],
    ],
    build: (x, weight) => convTranspose2d(x!, weight!, null, { dilation: 2, outputPadding: 1, groups: 2 }),
    window: "inside",
  },
]);

checkOp("conv2dWeightGradient", [
  {
    name: "stride, padding, groups",
    inputs: [
      [2, 2, 5, 4],
      [2, 2, 3, 1],
    ],
    build: (x, grad) => conv2dWeightGradient(x!, grad!, [2, 3], { stride: 2, padding: [1, 0], groups: 2 }),
    window: "none",
  },
]);
