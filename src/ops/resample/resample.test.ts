import { expect, it } from "vitest";
import { dataNode, type Node, record } from "../../core/node.ts";
import { checkOp } from "../../testing/check-op.ts";
import { valuesOf } from "../../testing/golden-run.ts";
import { costs } from "../costs.ts";
import { type AxisMap, axisTable, identityMap } from "./axis-map.ts";
import { flip, resample2d, resample2dOp } from "./resample.ts";
import { mapWindow } from "./resample.window.ts";

const bicubic: AxisMap = ["bicubic", 5, 7, 0, true];

checkOp("resample2d", [
  { name: "two maps", inputs: [[1, 1, 5, 2]], build: (x) => resample2d(x, bicubic, ["reflect", 2, 4, 1]) },
  {
    name: "the transpose, with rows that nothing reaches",
    inputs: [[1, 1, 2, 3]],
    build: (x) =>
      record(resample2dOp, [x], { mapH: ["nearest", 5, 2, 0], mapW: ["bilinear", 4, 3, 0, false], transposed: true }),
  },
  { name: "flip", inputs: [[1, 2, 3, 2]], build: (x) => flip(x, [-1, -2]) },
]);

it("has weights that sum to one, and a transpose that is one", () => {
  const table = axisTable(bicubic);
  const dense = (transposed: boolean) => {
    const { starts, indices, weights, inputSize, outputSize } = axisTable(bicubic, transposed);
    return Array.from({ length: outputSize }, (_, row) => {
      const line = new Array<number>(inputSize).fill(0);
      for (let at = starts[row]!; at < starts[row + 1]!; at++) line[indices[at]!] = weights[at]!;
      return line;
    });
  };
  const rows = dense(false);
  for (const row of rows) expect(row.reduce((sum, weight) => sum + weight)).toBeCloseTo(1, 12);
  expect(dense(true)).toEqual(rows[0]!.map((_, column) => rows.map((row) => row[column])));
  expect(table.outputSize).toBe(7);
});

it("tells windows, empty ones too", () => {
  expect(mapWindow(bicubic, 0)).toEqual([0, 0]);
  expect(mapWindow(["nearest", 5, 2, 0], 1, true)).toEqual([0, -1]);
});

/** Stands for a tensor whose numbers nobody reads. */
const unread = (...shape: number[]): Node => ({ ...dataNode(new Float32Array(1), [1]), shape });

it("knows large axes without a table, and refuses those that would take seconds", () => {
  const wide = unread(1, 1, 1, 2 ** 21);
  const mean = resample2d(wide, identityMap(1), ["adaptive", 2 ** 21, 1]);
  expect(mean.shape).toEqual([1, 1, 1, 1]);
  expect(mapWindow(mean.attributes.mapW as unknown as AxisMap, 0)).toEqual([0, 2 ** 21 - 1]);
  expect(costs.get(resample2dOp)!([wide], mean, mean.attributes)).toMatchObject({ additions: 2 ** 21 - 1 });
  const refused = (map: AxisMap, rule: string) =>
    expect(() => resample2d(unread(1, 1, 1, map[1]), identityMap(1), map), map.join()).toThrow(rule);
  const tooMany = "needs at most 2097152 pixels along an axis";
  refused(["adaptive", 2 ** 32, 1], `adaptive: ${tooMany}, got inputSize 4294967296, outputSize 1`);
  refused(["nearest", 3, 2 ** 32, 0], tooMany);
  refused(["bilinear", 3, 2 ** 21 + 1, 0, false], tooMany);
  refused(["nearest", 3, -3, 0], `nearest: ${tooMany}, got inputSize 3, outputSize -3`);
  refused(["nearest", 3, Number.NaN, 0], tooMany);
  refused(["nearest", 3, Number.POSITIVE_INFINITY, 0], tooMany);
});

it("flips", () => {
  const data = Float32Array.of(1, 2, 3, 4, 5, 6);
  const values = (dims: number[]) => valuesOf(flip(dataNode(data, [2, 3]), dims));
  expect(values([-1])).toEqual([3, 2, 1, 6, 5, 4]);
  expect(values([0, 1])).toEqual([6, 5, 4, 3, 2, 1]);
  expect(() => flip(dataNode(data, [1, 2, 3]), [0])).toThrow("flip: needs dimensions among the last two");
});

it("counts both passes", () => {
  const x = dataNode(new Float32Array(6), [1, 2, 3]);
  const y = resample2d(x, ["adaptive", 2, 1], ["identity", 3, 3]);
  expect(costs.get(resample2dOp)!([x], y, y.attributes)).toMatchObject({ multiplications: 6, additions: 3 });
  expect(() => resample2d(x, ["identity", 3, 3], ["identity", 3, 3])).toThrow(
    "resample2d: needs [N, C, 3, 3], got input [1, 2, 3]",
  );
});
