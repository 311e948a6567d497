import { expect, test } from "vitest";
import { tensor } from "../index.ts";

test("sizes come one by one or as one array", () => {
  const x = tensor([1, 2, 3, 4, 5, 6]);
  expect(x.reshape(2, 3).shape).toEqual([2, 3]);
  expect(x.reshape([3, -1]).shape).toEqual([3, 2]);
  expect(x.reshape([2, 3]).permute([1, 0]).shape).toEqual([3, 2]);
  expect(x.reshape(1, 6).expand([4, 6]).shape).toEqual([4, 6]);
});
