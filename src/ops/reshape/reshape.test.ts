import { expect, it } from "vitest";
import { dataNode } from "../../core/node.ts";
import { contiguousStrides } from "../../core/shape.ts";
import { checkOp } from "../../testing/check-op.ts";
import { flatten, reshape, squeeze, unsqueeze } from "./reshape.ts";
import { reshapedStrides } from "./strides.ts";

checkOp("reshape", [
  { name: "reshape", inputs: [[2, 6]], build: (x) => reshape(x, [3, -1]) },
  { name: "reshape of channels", inputs: [[2, 6, 2, 3]], build: (x) => reshape(x, [3, 4, 2, 3]) },
  { name: "flatten, squeeze, unsqueeze", inputs: [[2, 1, 3]], build: (x) => flatten(unsqueeze(squeeze(x), 1), 1) },
]);

const x = dataNode(new Float32Array(120), [2, 3, 4, 5]);

it("infers one size and refuses another number of elements", () => {
  expect(reshape(x, [4, -1, 5]).shape).toEqual([4, 6, 5]);
  expect(reshape(x, [120]).shape).toEqual([120]);
  expect(() => reshape(x, [7, -1])).toThrow(
    "reshape: needs a shape with as many elements as the input (one size may be -1), got input [2, 3, 4, 5], shape [7, -1]",
  );
  expect(() => reshape(x, [-1, -1])).toThrow("reshape");
  expect(() => reshape(x, [0, -1])).toThrow("reshape");
});

it("flattens, squeezes and unsqueezes by PyTorch's rules", () => {
  expect(flatten(x, 1).shape).toEqual([2, 60]);
  expect(flatten(x, 1, 2).shape).toEqual([2, 12, 5]);
  expect(flatten(dataNode(new Float32Array(1), [])).shape).toEqual([1]);
  const y = dataNode(new Float32Array(6), [1, 2, 1, 3]);
  expect(squeeze(y).shape).toEqual([2, 3]);
  expect(squeeze(y, 0).shape).toEqual([2, 1, 3]);
  expect(squeeze(y, 1).shape).toEqual([1, 2, 1, 3]);
  expect(unsqueeze(y, -1).shape).toEqual([1, 2, 1, 3, 1]);
  expect(() => flatten(x, 3, 1)).toThrow("flatten: needs startDim before endDim");
});

it("shows strided tensors under other shapes wherever no element has to move", () => {
  expect(reshapedStrides([2, 3, 4], contiguousStrides([2, 3, 4]), [6, 2, 2])).toEqual([4, 2, 1]);
  // NHWC seen as NCHW: H and W merge, C stays apart.
  expect(reshapedStrides([2, 3, 4, 5], [60, 1, 15, 3], [2, 3, 20])).toEqual([60, 1, 3]);
  expect(reshapedStrides([2, 3, 4, 5], [60, 1, 15, 3], [2, 60])).toBeNull();
  expect(reshapedStrides([2, 6, 4], [24, 1, 6], [2, 3, 2, 4])).toEqual([24, 2, 1, 6]);
  expect(reshapedStrides([4, 6], [8, 1], [4, 2, 3])).toEqual([8, 3, 1]);
  expect(reshapedStrides([4, 6], [8, 1], [24])).toBeNull();
  expect(reshapedStrides([4, 1, 6], [6, 99, 1], [1, 24])).toEqual([0, 1]);
  expect(reshapedStrides([0, 3], [3, 1], [3, 0])).not.toBeNull();
});
