import { expect, it } from "vitest";
import { dataNode } from "../../core/node.ts";
import { evaluate } from "../../devices/reference/evaluate.ts";
import { checkOp } from "../../testing/check-op.ts";
import { windows } from "../windows.ts";
import { layerNorm, layerNorm2d, layerNormOp } from "./layer-norm.ts";

checkOp("layerNorm", [
  {
    name: "last dimension, affine",
    inputs: [[2, 3, 4], [4], [4]],
    build: (x, weight, bias) => layerNorm(x, [4], { weight, bias }),
  },
  {
    name: "last two dimensions, affine",
    inputs: [
      [2, 3, 4],
      [3, 4],
      [3, 4],
    ],
    build: (x, weight, bias) => layerNorm(x, [3, 4], { weight, bias, eps: 1e-3 }),
  },
  { name: "plain", inputs: [[3, 5]], build: (x) => layerNorm(x, [5]) },
  {
    name: "channels, affine",
    inputs: [[2, 4, 2, 3], [4], [4]],
    build: (x, weight, bias) => layerNorm2d(x, { weight, bias }),
  },
]);

it("gives each sample the mean 0 and the variance 1", () => {
  const numbers = Float32Array.of(1, 3, 10, 30);
  const [output] = evaluate([layerNorm(dataNode(numbers, [2, 2]), [2], { eps: 0 })], () => numbers);
  for (const [index, value] of [-1, 1, -1, 1].entries()) expect(output![index]).toBeCloseTo(value, 6);
  // The channels of a pixel are 1 and 10: their places are apart.
  const [pixels] = evaluate([layerNorm2d(dataNode(numbers, [1, 2, 1, 2]), { eps: 0 })], () => numbers);
  for (const [index, value] of [-1, -1, 1, 1].entries()) expect(pixels![index]).toBeCloseTo(value, 6);
});

it("keeps pixels where channels are normalised, and sees the whole axis where it is normalised", () => {
  const x = dataNode(new Float32Array(24), [1, 2, 3, 4]);
  const perPixel = layerNorm2d(x);
  expect(windows.get(layerNormOp)!(2, 0, 0, [x], perPixel, perPixel.attributes)).toEqual([2, 2]);
  const perRow = layerNorm(x, [4]);
  expect(windows.get(layerNormOp)!(2, 0, 0, [x], perRow, perRow.attributes)).toEqual([2, 2]);
  expect(windows.get(layerNormOp)!(2, 1, 0, [x], perRow, perRow.attributes)).toBeNull();
});

it("says what it needs", () => {
  const x = dataNode(new Float32Array(6), [2, 3]);
  const two = dataNode(new Float32Array(2), [2]);
  expect(() => layerNorm(x, [4])).toThrow("layerNorm: needs an input that ends with [4], got input [2, 3]");
  expect(() => layerNorm(x, [3], { weight: two, bias: two })).toThrow(
    "needs weight and bias of shape [3], got one [2]",
  );
  expect(() => layerNorm(x, [3], { weight: two })).toThrow("needs weight and bias together");
  expect(() => layerNorm2d(x)).toThrow("layerNorm: needs [N, C, H, W], got input [2, 3]");
});
