import { expect, it } from "vitest";
import { reshape } from "../ops/reshape/reshape.ts";
import { expand } from "../ops/sum-expand/expand.ts";
import { dataNode } from "./node.ts";

it("records no shape of more elements than can be told apart", () => {
  const x = dataNode(new Float32Array(1), [1]);
  expect(expand(x, [2 ** 53 - 1]).shape).toEqual([2 ** 53 - 1]);
  const rule = "expand: needs fewer than 2^53 elements";
  expect(() => expand(x, [2 ** 53])).toThrow(`${rule}, got output [9007199254740992]`);
  expect(() => expand(x, [2 ** 30, 2 ** 30])).toThrow(rule);
  const none = reshape(dataNode(new Float32Array(0), [0]), [0, 1]);
  expect(() => expand(none, [0, 2 ** 60])).toThrow(rule);
});
