import fc from "fast-check";
import { expect, test } from "vitest";
import type { Target } from "../../core/kernel.ts";
import { numel, type Shape, type TensorType } from "../../core/shape.ts";
import { expectClose } from "../../testing/close.ts";
import { runKernel, testTarget } from "../../testing/run-kernel.ts";
import { randomValues } from "../../testing/spatial.ts";
import { references } from "../references.ts";
import type { Sides } from "./geometry.ts";
import { conv2dWeightGradientOp, type WeightGradientAttributes } from "./weight-gradient.ts";
import { winogradWeightGradientKernels } from "./winograd-weight-gradient.wasm.ts";

/** Also for shapes where another kernel is faster. */
const kernels = winogradWeightGradientKernels.map((kernel) => ({ ...kernel, accepts: () => true }));

function callOf(x: Shape, outputs: number, padding: Sides) {
  const attributes: WeightGradientAttributes = {
    stride: [1, 1],
    padding,
    dilation: [1, 1],
    groups: 1,
    kernel_size: [3, 3],
  };
  const grad = [x[0]!, outputs, x[2]! + padding[0] + padding[2] - 2, x[3]! + padding[1] + padding[3] - 2];
  const inputs: TensorType[] = [x, grad].map((shape) => ({ shape, dtype: "float32" }));
  return { inputs, output: [outputs, x[1]!, 3, 3], attributes };
}

/** Against the reference loops, and the same bits with the pieces in the opposite order and another tile. */
function check(x: Shape, outputs: number, padding: Sides, target: Target): void {
  const call = callOf(x, outputs, padding);
  const grad = call.inputs[1]!.shape;
  const values = [randomValues(x, 1), randomValues(grad, 2)];
  const expected = new Float64Array(numel(call.output));
  const output: TensorType = { shape: call.output, dtype: "float32" };
  references.get(conv2dWeightGradientOp)!(values, expected, call.inputs, output, call.attributes);
  for (const kernel of kernels) {
    const actual = runKernel(kernel, { ...call, values, target });
    // F(4x4) may round four times as much as a plain sum of products: docs/decisions/0004-winograd.md.
    const roundings = kernel.name.includes("4x4") ? 4 : 1;
    expectClose(actual, expected, { terms: (numel(grad) / outputs) * roundings ** 2, term: 1 });
    const other = testTarget(target.tile[0] === 3 ? [6, 16] : [3, 12], target.fusedMultiplyAdd);
    expect(runKernel(kernel, { ...call, values, target: other, order: "backward" })).toEqual(actual);
  }
}

const targets = [
  testTarget([4, 8]),
  testTarget([3, 12]),
  testTarget([6, 8]),
  testTarget([6, 16]),
  testTarget([4, 8], false),
];
const small = (least: number, most: number) => fc.integer({ min: least, max: most });
const side = small(-1, 2);

test("F(2x2,3x3) and F(4x4,3x3) give the reference's weight gradient on random shapes, in any order of pieces", () => {
  fc.assert(
    fc.property(
      fc.record({
        batch: small(1, 3),
        channels: small(1, 14),
        outputs: small(1, 22),
        padding: fc.tuple(side, side, side, side),
        extra: fc.tuple(small(0, 12), small(0, 26)),
        target: fc.constantFrom(...targets),
      }),
      ({ batch, channels, outputs, padding, extra, target }) => {
        const size = [0, 1].map((axis) => Math.max(1, 3 - padding[axis]! - padding[axis + 2]!) + extra[axis]!);
        check([batch, channels, ...size], outputs, padding, target);
      },
    ),
    { seed: 4, numRuns: 50 },
  );
});

test.each<[string, Shape, number]>([
  ["bands of several blocks", [6, 10, 45, 41], 9],
  ["tiles of many images in a block", [60, 9, 5, 6], 21],
  ["parts of the channels and of the outputs", [2, 132, 9, 10], 72],
])("%s", (_name, x, outputs) => check(x, outputs, [1, 1, 1, 1], testTarget()));

test("is taken where it saves work, F(4x4,3x3) with fast numerics only", () => {
  const name = (x: Shape, outputs: number, numerics: "exact" | "fast", options = {}) => {
    const { inputs, output, attributes } = callOf(x, outputs, [1, 1, 1, 1]);
    const type: TensorType = { shape: output, dtype: "float32" };
    const target = testTarget([4, 8], true, numerics);
    return winogradWeightGradientKernels.find((each) =>
      each.accepts(inputs, type, { ...attributes, ...options }, target),
    )?.name;
  };
  expect(name([16, 64, 64, 64], 32, "fast")).toBe("weight gradient F(4x4,3x3)");
  expect(name([16, 64, 64, 64], 32, "exact")).toBe("weight gradient F(2x2,3x3)");
  expect(name([1, 64, 2, 2], 64, "fast")).toBeUndefined();
  expect(name([16, 3, 64, 64], 64, "fast")).toBeUndefined();
  expect(name([16, 131, 64, 64], 64, "fast")).toBeUndefined();
  expect(name([16, 64, 64, 64], 32, "fast", { stride: [2, 2] })).toBeUndefined();
  expect(name([16, 64, 64, 64], 32, "fast", { kernel_size: [5, 5] })).toBeUndefined();
});
