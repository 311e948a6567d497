import { expect, it } from "vitest";
import { dataNode } from "../../core/node.ts";
import { checkOp } from "../../testing/check-op.ts";
import { goldenCases } from "../../testing/golden.ts";
import { valuesOf } from "../../testing/golden-run.ts";
import { errorInUnits, runCase } from "../../testing/spatial.ts";
import { costs } from "../costs.ts";
import { windows } from "../windows.ts";
import { maxPool2d, maxPool2dIndex, maxPool2dOp } from "./max-pool.ts";

checkOp("maxPool2d", [
  {
    name: "over the edges",
    inputs: [[1, 2, 5, 4]],
    build: (x) => maxPool2d(x, [3, 2], { stride: [2, 1], padding: [1, 0], ceilMode: true }),
    window: "inside",
  },
  {
    name: "dilated",
    inputs: [[1, 1, 5, 5]],
    build: (x) => maxPool2d(x, 2, { stride: 1, dilation: 2 }),
    window: "inside",
  },
  { name: "of one element", inputs: [[1, 1, 5, 4]], build: (x) => maxPool2d(x, 1, { stride: 2 }) },
  { name: "index", inputs: [[1, 2, 4, 4]], build: (x) => maxPool2dIndex(x, 3, { stride: 1 }), order: 0 },
]);

it.each(goldenCases("max_pool2d"))("equals PyTorch on $name", (golden) => {
  const { kernel_size, stride, padding, dilation, ceil_mode: ceilMode } = golden.attrs as Record<string, number>;
  const options = { stride: stride!, padding: padding!, dilation: dilation!, ceilMode: Boolean(ceilMode) };
  const { output, grad_input } = runCase(golden, ["input"], ([x]) => maxPool2d(x!, kernel_size!, options));
  expect(errorInUnits(output!, golden.tensors.get("output")!.data, 1)).toBe(0);
  expect(errorInUnits(grad_input!, golden.tensors.get("grad_input")!.data, kernel_size! ** 2)).toBeLessThan(1);
});

it("takes the first of equals, and NaN before all", () => {
  const data = Float32Array.of(1, 1, 1, 1, 0, 2, Number.NaN, 2, 5, Number.NaN, 3, 4, 5, 5, 4, 4);
  const x = dataNode(data, [1, 4, 4]);
  expect(valuesOf(maxPool2dIndex(x, 2))).toEqual([5, 6, 9, 11]);
  expect(valuesOf(maxPool2d(x, 2))).toEqual([2, Number.NaN, Number.NaN, 4]);
  expect(valuesOf(maxPool2dIndex(x, [1, 2]))).toEqual([0, 2, 5, 6, 9, 11, 12, 14]);
  expect(maxPool2dIndex(x, 2).dtype).toBe("int32");
});

it("says what it needs", () => {
  const x = dataNode(new Float32Array(16), [1, 1, 4, 4]);
  expect(() => maxPool2d(x, 5)).toThrow(
    "maxPool2d: needs an input that at least one window fits into, got input [1, 1, 4, 4], kernel [5, 5]",
  );
  expect(() => maxPool2d(x, 2, { padding: 2 })).toThrow("maxPool2d: needs padding of at most half the kernel");
  expect(() => maxPool2d(x, 0)).toThrow(
    "maxPool2d: needs kernelSize to be whole and at least 1, or two such, got [0, 0]",
  );
});

it("counts comparisons and tells its window", () => {
  const x = dataNode(new Float32Array(32), [1, 2, 4, 4]);
  const y = maxPool2d(x, 3, { stride: 1, padding: 1, dilation: 2 });
  expect(y.shape).toEqual([1, 2, 2, 2]);
  expect(costs.get(maxPool2dOp)!([x], y, y.attributes).other).toEqual({ compare: 8 * 8 });
  expect(windows.get(maxPool2dOp)!(1, 0, 0, [x], y, y.attributes)).toEqual([0, 4, 2]);
});
