import { expect, test } from "vitest";
import { dataNode } from "../../core/node.ts";
import { checkOp } from "../../testing/check-op.ts";
import { valuesOf } from "../../testing/golden-run.ts";
import { expand, expandAxes, sum, sumTo } from "./index.ts";

const shape = [2, 3, 3, 2];

checkOp("sum-expand", [
  { name: "sum of all", inputs: [shape], build: (x) => sum(x) },
  { name: "sum of channels", inputs: [shape], build: (x) => sum(x, [1], true) },
  { name: "sum of rows", inputs: [shape], build: (x) => sum(x, [-2], true) },
  { name: "sum without keepdim", inputs: [shape], build: (x) => sum(x, [0, 3]) },
  { name: "expand", inputs: [[2, 1, 3, 1]], build: (x) => expand(x, [-1, 2, 3, 4]) },
  { name: "expand to a higher rank", inputs: [[3, 1]], build: (x) => expand(x, [2, 2, -1, 4]) },
  { name: "expandAxes", inputs: [[3]], build: (x) => expandAxes(x, [2, 3, 1, 2], [-1, 0, -1, -1]) },
  { name: "expandAxes that drops an axis", inputs: [[1, 3, 1]], build: (x) => expandAxes(x, [3, 2], [1, -1]) },
  { name: "sumTo a shorter shape with ones", inputs: [shape], build: (x) => sumTo(x, [3, 1, 1]) },
  { name: "sumTo a scalar", inputs: [shape], build: (x) => sumTo(x, []) },
]);

const x = dataNode(
  Float32Array.from({ length: 6 }, (_, at) => at),
  [2, 3],
);

test("sumTo adds what broadcasting repeated", () => {
  expect(valuesOf(sumTo(x, [3]))).toEqual([3, 5, 7]);
  expect(valuesOf(sumTo(x, [2, 1]))).toEqual([3, 12]);
  expect(sumTo(x, [2, 3])).toBe(x);
  expect(valuesOf(sumTo(dataNode(new Float32Array(0), [0, 3]), [3]))).toEqual([0, 0, 0]);
  expect(valuesOf(sumTo(dataNode(new Float32Array(0), [0, 2]), [1, 1]))).toEqual([0]);
});

test("an empty dim is every dimension", () => expect(sum(x, []).shape).toEqual([]));

test("errors name the rule and what it got", () => {
  expect(() => sum(x, [2])).toThrow("sum: needs a dimension from -2 to 1, got dim 2");
  expect(() => sum(dataNode(new Int32Array(2), [2]))).toThrow("sum: needs float32 elements, got dtype int32");
  expect(() => expand(x, [4, 3])).toThrow(
    "expand: needs sizes equal to the input's where those are not 1, got input [2, 3], size [4, 3]",
  );
  expect(() => expand(x, [3])).toThrow("expand: needs at least the input's rank");
});
