import { expect, test } from "vitest";
import { gradients } from "../../core/gradient.ts";
import { dataNode } from "../../core/node.ts";
import { checkOp } from "../../testing/check-op.ts";
import { valuesOf } from "../../testing/golden-run.ts";
import { add, cast, full } from "../elementwise/index.ts";
import { amax, argmax, mean, std, variance } from "./index.ts";

const shape = [2, 3, 3, 2];

checkOp(
  "reduce",
  [
    { name: "mean", inputs: [shape], build: (x) => mean(x, [2, 3], true) },
    { name: "mean of all", inputs: [shape], build: (x) => mean(x) },
    { name: "amax", inputs: [shape], build: (x) => amax(x, [1], true) },
    { name: "amax without keepdim", inputs: [shape], build: (x) => amax(x, [0, 2]) },
    { name: "variance", inputs: [shape], build: (x) => variance(x, [0, 3], { keepdim: true }) },
    { name: "biased variance", inputs: [shape], build: (x) => variance(x, [1], { unbiased: false }) },
    { name: "std", inputs: [shape], build: (x) => std(x, [1, 2]) },
  ],
  "reduce",
);

const table = (values: number[], size: number[]) => dataNode(Float32Array.from(values), size);

test("equal largest elements share the gradient", () => {
  const x = table([1, 5, 5, 5, 2, 3], [2, 3]);
  const [grad] = gradients(amax(x, [1]), full([2], 1), [x], add);
  expect(valuesOf(grad!)).toEqual([0, 0.5, 0.5, 1, 0, 0]);
});

test("argmax gives the first of equal ones, and a NaN before all", () => {
  const x = table([1, 5, 5, 2, Number.NaN, 3], [2, 3]);
  expect(argmax(x, 1).dtype).toBe("int32");
  expect(valuesOf(argmax(x, 1))).toEqual([1, 1]);
  expect(valuesOf(argmax(x, 0, true))).toEqual([1, 1, 0]);
  expect(argmax(x, 0, true).shape).toEqual([1, 3]);
  expect(valuesOf(argmax(table([3, 1, 4, 1], [2, 2])))).toEqual([2]);
});

test("amax keeps a NaN", () => expect(valuesOf(amax(table([1, Number.NaN, 2], [3])))).toEqual([Number.NaN]));

test("no gradient flows through argmax", () => {
  const x = table([1, 2], [2]);
  const y = add(x, cast(argmax(x, 0), "float32"));
  expect(valuesOf(gradients(y, full([2], 1), [x], add)[0]!)).toEqual([1, 1]);
});

test("an empty dimension has no maximum", () => {
  expect(() => amax(table([], [2, 0]), [1])).toThrow("amax: needs at least one element along each reduced dimension");
  expect(() => argmax(table([1], [1]), 1)).toThrow("argmax: needs a dimension from -1 to 0, got dim 1");
});
