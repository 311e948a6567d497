import { expect, test } from "vitest";
import { dataNode } from "../../core/node.ts";
import { checkOp } from "../../testing/check-op.ts";
import { valuesOf } from "../../testing/golden-run.ts";
import { gather, scatterAdd } from "./index.ts";

const places = { shape: [2, 4, 3, 2], below: 3 } as const;

checkOp("gather-scatter", [
  {
    name: "gather channels",
    inputs: [[2, 3, 3, 2], places],
    build: (x, index) => gather(x, 1, index),
    window: "inside",
  },
  { name: "gather rows", inputs: [[2, 4, 3, 2], places], build: (x, index) => gather(x, -2, index), window: "inside" },
  {
    name: "gather with a smaller index",
    inputs: [[3, 4], { shape: [2, 5], below: 4 }],
    build: (x, index) => gather(x, 1, index),
  },
  {
    name: "scatterAdd",
    inputs: [[3, 3], { shape: [2, 3], below: 3 }, [2, 3]],
    build: (x, index, src) => scatterAdd(x, 0, index, src),
  },
]);

const integers = (values: number[], shape: number[]) => dataNode(Int32Array.from(values), shape);
const x = dataNode(new Float32Array([1, 2, 3, 4, 5, 6]), [2, 3]);

test("gather takes, scatterAdd adds where indices meet", () => {
  expect(valuesOf(gather(x, 1, integers([2, 0, 1, 1], [2, 2])))).toEqual([3, 1, 5, 5]);
  expect(valuesOf(gather(x, 0, integers([1, 0], [1, 2])))).toEqual([4, 2]);
  const ones = dataNode(new Float32Array([1, 1, 1, 1]), [2, 2]);
  expect(valuesOf(scatterAdd(x, 1, integers([2, 2, 0, 1], [2, 2]), ones))).toEqual([1, 2, 5, 5, 6, 6]);
});

test("errors name the rule and what it got", () => {
  expect(() => gather(x, 1, x)).toThrow("gather: needs an int32 index, got dtype float32");
  expect(() => gather(x, 1, integers([0, 0, 0], [3, 1]))).toThrow("no larger outside dimension 1, got input [2, 3]");
  expect(() => valuesOf(gather(x, 1, integers([3], [1, 1])))).toThrow(
    "gather: needs indices from 0 to 2, got 3 at element 0",
  );
  expect(() => scatterAdd(x, 1, integers([0], [1, 1]), x)).toThrow("scatterAdd: needs src in the shape of index");
});
