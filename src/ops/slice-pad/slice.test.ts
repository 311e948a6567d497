import { expect, it } from "vitest";
import { dataNode } from "../../core/node.ts";
import { checkOp } from "../../testing/check-op.ts";
import { valuesOf } from "../../testing/golden-run.ts";
import { windows } from "../windows.ts";
import { narrow, slice } from "./slice.ts";

checkOp("slice", [
  { name: "with a step", inputs: [[1, 2, 4, 5]], build: (x) => slice(slice(x, 3, 1, null, 2), 2, 1, 3) },
  { name: "of channels", inputs: [[1, 3, 2, 2]], build: (x) => narrow(x, 1, 1, 2) },
]);

const data = Float32Array.from({ length: 20 }, (_, at) => at);
const x = dataNode(data, [4, 5]);

it("cuts as Python does", () => {
  expect(valuesOf(slice(x, 0, 1, 3))).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
  expect(valuesOf(slice(slice(x, 0, 0, 1), 1, 1, null, 2))).toEqual([1, 3]);
  expect(slice(x, 1, -2).shape).toEqual([4, 2]);
  expect(slice(x, 1, 3, 100).shape).toEqual([4, 2]);
  expect(slice(x, 1, 4, 2).shape).toEqual([4, 0]);
  expect(valuesOf(narrow(x, 1, -1, 1))).toEqual([4, 9, 14, 19]);
  expect(() => slice(x, 1, 0, null, 0)).toThrow("slice: needs 0 ≤ start ≤ end ≤ size and a step of at least 1");
  expect(() => narrow(x, 1, 3, 3)).toThrow("narrow: needs start and length inside the 5 elements of dimension 1");
});

it("tells empty windows of the gradient of a step by first above last", () => {
  const cut = slice(x, 1, 1, null, 2);
  const op = cut.op as Extract<typeof cut.op, { kind: "movement" }>;
  expect(windows.get(op)!(1, 1, 0, cut.inputs, cut, cut.attributes)).toEqual([3, 3]);
});
