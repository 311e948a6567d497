import { expect, it } from "vitest";
import { dataNode, type Node } from "../../core/node.ts";
import { checkOp } from "../../testing/check-op.ts";
import { goldenCases } from "../../testing/golden.ts";
import { valuesOf } from "../../testing/golden-run.ts";
import { errorInUnits, runCase } from "../../testing/spatial.ts";
import { costs } from "../costs.ts";
import { windows } from "../windows.ts";
import { adaptiveAvgPool2d, adaptiveAvgPool2dOp } from "./adaptive-avg-pool.ts";
import { avgPool2d, avgPool2dOp } from "./avg-pool.ts";

checkOp("avgPool2d", [
  { name: "mean of windows", inputs: [[2, 1, 4, 6]], build: (x) => avgPool2d(x, 2) },
  {
    name: "over the edges",
    inputs: [[1, 1, 4, 5]],
    build: (x) => avgPool2d(x, [3, 2], { stride: 2, padding: [1, 0], ceilMode: true, countIncludePad: false }),
  },
  { name: "to a size", inputs: [[1, 2, 5, 3]], build: (x) => adaptiveAvgPool2d(x, [2, null]) },
]);

it.each([...goldenCases("avg_pool2d"), ...goldenCases("adaptive_avg_pool2d")])("equals PyTorch on $name", (golden) => {
  const attrs = golden.attrs as Record<string, never>;
  const results = runCase(golden, ["input"], ([x]) =>
    "output_size" in attrs
      ? adaptiveAvgPool2d(x!, attrs.output_size!)
      : avgPool2d(x!, attrs.kernel_size!, {
          stride: attrs.stride!,
          padding: attrs.padding!,
          ceilMode: attrs.ceil_mode!,
          countIncludePad: attrs.count_include_pad!,
        }),
  );
  for (const [name, values] of Object.entries(results)) {
    expect(errorInUnits(values, golden.tensors.get(name)!.data, 16), name).toBeLessThan(1);
  }
});

it("divides by another number on request, and by 4 exactly", () => {
  const data = Float32Array.of(1, 2, 3, 5);
  const x = dataNode(data, [1, 1, 2, 2]);
  const values = (node: Node) => valuesOf(node)[0];
  expect(values(avgPool2d(x, 2, { divisorOverride: 5 }))).toBeCloseTo(11 / 5, 6);
  expect(values(avgPool2d(x, 2))).toBe(2.75);
  expect(() => avgPool2d(x, 2, { divisorOverride: 0 })).toThrow("avgPool2d: needs a divisorOverride other than 0");
});

it("counts k² - 1 additions and one division for each mean, and tells its window", () => {
  const x = dataNode(new Float32Array(2 * 49), [1, 2, 7, 7]);
  const y = avgPool2d(x, 3, { stride: 2, padding: 1 });
  const cost = costs.get(avgPool2dOp)!([x], y, y.attributes);
  // Along an axis, the four windows have 2, 3, 3 and 2 pixels inside.
  const padded = { multiplications: 0, additions: 2 * (4 * 4 * 8 - (10 * 10 - 4 * 4)) };
  expect(cost).toEqual({ multiplications: 0, additions: 32 * 8, biasAdditions: 0, other: { divide: 32 }, padded });
  expect(windows.get(avgPool2dOp)!(0, 1, 0, [x], y, y.attributes)).toEqual([-1, 1]);
  const z = adaptiveAvgPool2d(x, 1);
  expect(costs.get(adaptiveAvgPool2dOp)!([x], z, z.attributes)).toMatchObject({ additions: 96, other: { divide: 2 } });
  expect(windows.get(adaptiveAvgPool2dOp)!(0, 0, 0, [x], z, z.attributes)).toEqual([0, 6]);
});
