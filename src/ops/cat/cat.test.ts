import { describe, expect, it } from "vitest";
import { dataNode } from "../../core/node.ts";
import { checkOp } from "../../testing/check-op.ts";
import { goldenCases } from "../../testing/golden.ts";
import { valuesOf } from "../../testing/golden-run.ts";
import { errorInUnits, runCase } from "../../testing/spatial.ts";
import { cat, chunk, split, stack } from "./cat.ts";

checkOp("cat", [
  {
    name: "one input twice",
    inputs: [
      [2, 2],
      [2, 3],
    ],
    build: (a, b) => cat([a, b, a], -1),
  },
  {
    name: "rows",
    inputs: [
      [1, 2, 2, 3],
      [1, 2, 1, 3],
    ],
    build: (a, b) => cat([a, b], 2),
  },
  {
    name: "channels",
    inputs: [
      [1, 2, 2, 3],
      [1, 1, 2, 3],
    ],
    build: (a, b) => cat([a, b], 1),
  },
  {
    name: "stack",
    inputs: [
      [2, 2],
      [2, 2],
    ],
    build: (a, b) => stack([a, b], 1),
  },
]);

describe("cat", () => {
  it.each(goldenCases("cat"))("equals PyTorch on $name", (golden) => {
    const results = runCase(golden, ["input", "other"], ([a, b]) => cat([a!, b!], golden.attrs.dim as number));
    for (const [name, values] of Object.entries(results)) {
      expect(errorInUnits(values, golden.tensors.get(name)!.data, 1), name).toBe(0);
    }
  });

  it("refuses inputs that do not fit", () => {
    const [a, b] = [dataNode(new Float32Array(4), [2, 2]), dataNode(new Float32Array(3), [1, 3])];
    expect(() => cat([a, b], 0)).toThrow(
      "cat: needs inputs that are equal but for dimension 0, got shapes [2, 2] and [1, 3]",
    );
    expect(() => cat([])).toThrow("cat: needs at least one input");
    expect(() => cat([a, dataNode(new Int32Array(4), [2, 2])])).toThrow("cat: needs inputs of one dtype");
  });
});

describe("stack, split and chunk", () => {
  const data = Float32Array.from({ length: 10 }, (_, at) => at);
  const x = dataNode(data, [2, 5]);

  it("stacks along a new dimension", () => {
    const values = valuesOf(stack([x, x], 1));
    expect(stack([x, x], -1).shape).toEqual([2, 5, 2]);
    expect(values.slice(5, 12)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it("splits by size, by sizes and into chunks", () => {
    expect(split(x, 2, 1).map(({ shape }) => shape[1])).toEqual([2, 2, 1]);
    const pieces = split(x, [1, 4], 1);
    expect(valuesOf(pieces[1]!)).toEqual([1, 2, 3, 4, 6, 7, 8, 9]);
    expect(chunk(x, 4, 1).map(({ shape }) => shape[1])).toEqual([2, 2, 1]);
    expect(() => split(x, [1, 3], 1)).toThrow(
      "split: needs sizes that sum to the 5 elements of dimension 1, got sizes [1, 3]",
    );
  });
});
