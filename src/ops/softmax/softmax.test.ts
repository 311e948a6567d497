import { expect, test } from "vitest";
import { dataNode } from "../../core/node.ts";
import { checkOp } from "../../testing/check-op.ts";
import { valuesOf } from "../../testing/golden-run.ts";
import { logSoftmax, softmax } from "./index.ts";

checkOp(
  "softmax",
  [
    { name: "over channels", inputs: [[2, 3, 2, 3]], build: (x) => softmax(x, 1) },
    { name: "over rows", inputs: [[1, 2, 4, 2]], build: (x) => softmax(x, -2) },
    { name: "log over channels", inputs: [[2, 3, 2, 3]], build: (x) => logSoftmax(x, 1) },
    { name: "log over the last dimension", inputs: [[3, 4]], build: (x) => logSoftmax(x, -1) },
    { name: "of a scalar", inputs: [[]], build: (x) => softmax(x, 0) },
  ],
  "softmax",
);

test("large numbers don't overflow", () => {
  const x = dataNode(new Float32Array([1000, 1001, 1002]), [3]);
  const probabilities = valuesOf(softmax(x, 0));
  expect(probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
  expect(probabilities[2]).toBeCloseTo(0.66524096, 6);
  expect(valuesOf(logSoftmax(dataNode(new Float32Array([0, 500]), [2]), 0))).toEqual([-500, 0]);
});

test("a dimension that is not there", () => {
  expect(() => softmax(dataNode(new Float32Array(3), [3]), 1)).toThrow("softmax: needs a dimension from -1 to 0");
});
