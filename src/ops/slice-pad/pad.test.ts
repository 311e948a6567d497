import { expect, it } from "vitest";
import { dataNode } from "../../core/node.ts";
import { checkOp } from "../../testing/check-op.ts";
import { goldenCases } from "../../testing/golden.ts";
import { valuesOf } from "../../testing/golden-run.ts";
import { errorInUnits, runCase } from "../../testing/spatial.ts";
import { windows } from "../windows.ts";
import { type PadMode, pad, padOp } from "./pad.ts";

checkOp("pad", [
  { name: "constant, cropped on one side", inputs: [[1, 1, 2, 3]], build: (x) => pad(x, [-1, 2, 1, 0], "constant", 3) },
  { name: "constant, of channels", inputs: [[1, 1, 2, 2]], build: (x) => pad(x, [0, 0, 1, 1, 1, 0]) },
  {
    name: "whole numbers",
    inputs: [{ shape: [2, 3], below: 9 }],
    build: (x) => pad(x, [1, 2, 0, 1], "constant", 7),
    order: 0,
  },
  { name: "reflect", inputs: [[1, 2, 2, 3]], build: (x) => pad(x, [2, 1, 1, 0], "reflect") },
  { name: "replicate", inputs: [[1, 2, 2, 3]], build: (x) => pad(x, [3, 1, 0, 2], "replicate") },
]);

it.each(goldenCases("pad"))("equals PyTorch on $name", (golden) => {
  const attrs = golden.attrs as { pad: number[]; mode: PadMode; value?: number };
  const results = runCase(golden, ["input"], ([x]) => pad(x!, attrs.pad, attrs.mode, attrs.value));
  expect(errorInUnits(results.output!, golden.tensors.get("output")!.data, 1)).toBe(0);
  // Up to nine copies of a pixel meet in the gradient of a mirrored corner, more where an edge repeats.
  expect(errorInUnits(results.grad_input!, golden.tensors.get("grad_input")!.data, 16)).toBeLessThan(1);
});

const data = Float32Array.of(1, 2, 3, 4, 5, 6);
const x = dataNode(data, [2, 3]);

it("crops where sizes are negative", () => {
  expect(valuesOf(pad(x, [-1, 1], "constant", 9))).toEqual([2, 3, 9, 5, 6, 9]);
  expect(pad(x, [-1, -1]).shape).toEqual([2, 1]);
  expect(() => pad(x, [-2, -2])).toThrow("pad: needs negative sizes that leave something of each dimension");
});

it("says what it needs", () => {
  expect(() => pad(x, [1])).toThrow("pad: needs a pair of whole numbers for each padded dimension");
  expect(() => pad(x, [3, 0], "reflect")).toThrow("pad: needs reflect padding from 0 to 2 for dimension 1");
  expect(() => pad(x, [1, 1], "circular" as PadMode)).toThrow('needs mode "constant", "reflect" or "replicate"');
});

it("tells where a pixel comes from", () => {
  const mirrored = pad(x, [2, 0], "reflect");
  expect(windows.get(padOp)!(0, 1, 0, [x], mirrored, mirrored.attributes)).toEqual([2, 2]);
  const filled = pad(x, [2, 0]);
  expect(windows.get(padOp)!(0, 1, 0, [x], filled, filled.attributes)).toEqual([-2, -2]);
});
