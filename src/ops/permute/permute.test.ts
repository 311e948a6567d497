import { expect, it } from "vitest";
import { dataNode } from "../../core/node.ts";
import { evaluate } from "../../devices/reference/evaluate.ts";
import { gradientError } from "../../testing/spatial.ts";
import { permute, transpose } from "./permute.ts";

it("reorders dimensions", () => {
  const data = Float32Array.from({ length: 6 }, (_, at) => at);
  const x = dataNode(data, [2, 3]);
  const [turned] = evaluate([transpose(x, 0, 1)], () => data);
  expect([...turned!]).toEqual([0, 3, 1, 4, 2, 5]);
  expect(permute(dataNode(new Float32Array(24), [2, 3, 4]), [-1, 0, 1]).shape).toEqual([4, 2, 3]);
  expect(() => permute(x, [0, 0])).toThrow("permute: needs each dimension of the input once");
  expect(() => permute(x, [0, 2])).toThrow("permute: needs a dimension from -2 to 1, got dim 2");
});

it("has a gradient", () => {
  expect(gradientError(([a]) => permute(a!, [2, 0, 3, 1]), [[2, 3, 2, 2]], 2)).toBeLessThan(1e-9);
});
