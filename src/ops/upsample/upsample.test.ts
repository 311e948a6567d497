import { expect, it } from "vitest";
import { dataNode } from "../../core/node.ts";
import { checkOp } from "../../testing/check-op.ts";
import { goldenCases } from "../../testing/golden.ts";
import { valuesOf } from "../../testing/golden-run.ts";
import { errorInUnits, runCase } from "../../testing/spatial.ts";
import { costs } from "../costs.ts";
import { windows } from "../windows.ts";
import { interpolate, upsampleOp } from "./upsample.ts";

checkOp("interpolate", [
  { name: "nearest", inputs: [[1, 1, 2, 3]], build: (x) => interpolate(x, { scaleFactor: [1.5, 2] }) },
  { name: "nearest, smaller", inputs: [[1, 1, 5, 4]], build: (x) => interpolate(x, { size: [2, 3] }) },
  { name: "bilinear", inputs: [[1, 2, 2, 3]], build: (x) => interpolate(x, { scaleFactor: 2.5, mode: "bilinear" }) },
  { name: "bicubic", inputs: [[1, 1, 6, 3]], build: (x) => interpolate(x, { scaleFactor: [2, 3], mode: "bicubic" }) },
  {
    name: "bicubic, corners aligned",
    inputs: [[1, 1, 6, 3]],
    build: (x) => interpolate(x, { size: [9, 5], mode: "bicubic", alignCorners: true }),
  },
]);

it.each(goldenCases("upsample"))("equals PyTorch on $name", (golden) => {
  const { size, scale_factor, mode, align_corners } = golden.attrs as Record<string, never>;
  const results = runCase(golden, ["input"], ([x]) =>
    interpolate(x!, {
      ...(size ? { size } : { scaleFactor: scale_factor! }),
      mode: mode!,
      alignCorners: align_corners ?? false,
    }),
  );
  for (const [name, values] of Object.entries(results)) {
    expect(errorInUnits(values, golden.tensors.get(name)!.data, 16), name).toBeLessThan(1);
  }
});

it("repeats pixels without a multiplication for nearest", () => {
  const data = Float32Array.of(1, 2, 3, 4);
  const y = interpolate(dataNode(data, [1, 1, 2, 2]), { scaleFactor: 2 });
  expect(valuesOf(y)).toEqual([1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4]);
  const { op, inputs, attributes } = y.lowered!;
  expect(op.kind === "primitive" && costs.get(op)!(inputs, y.lowered!, attributes)).toMatchObject({
    multiplications: 0,
    additions: 0,
  });
});

it("sees exactly the pixels with a weight", () => {
  const x = dataNode(new Float32Array(25), [1, 1, 5, 5]);
  const cubic = interpolate(x, { scaleFactor: 2, mode: "bicubic" });
  expect(windows.get(upsampleOp)!(4, 0, 0, [x], cubic, cubic.attributes)).toEqual([0, 3]);
  const nearest = interpolate(x, { size: [10, 3] });
  expect(windows.get(upsampleOp)!(5, 0, 0, [x], nearest, nearest.attributes)).toEqual([2, 2]);
});

it("says what it needs", () => {
  const x = dataNode(new Float32Array(4), [1, 1, 2, 2]);
  expect(() => interpolate(x, {})).toThrow("interpolate: needs size or scaleFactor, got neither");
  expect(() => interpolate(x, { size: 2, alignCorners: true })).toThrow("alignCorners has no meaning");
  expect(() => interpolate(x, { size: 1.5 })).toThrow("needs sizes and factors above 0, sizes whole, got [1.5, 1.5]");
  expect(() => interpolate(x, { scaleFactor: 0.1 })).toThrow("needs a scale factor that leaves at least one pixel");
});
