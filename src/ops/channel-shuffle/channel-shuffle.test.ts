import { expect, it } from "vitest";
import { dataNode } from "../../core/node.ts";
import { evaluate } from "../../devices/reference/evaluate.ts";
import { checkOp } from "../../testing/check-op.ts";
import { windows } from "../windows.ts";
import { channelShuffle, channelShuffleOp } from "./channel-shuffle.ts";

checkOp("channelShuffle", [
  { name: "two groups", inputs: [[2, 6, 2, 3]], build: (x) => channelShuffle(x, 2) },
  { name: "three groups", inputs: [[1, 6, 1, 2]], build: (x) => channelShuffle(x, 3) },
]);

it("deals the groups' channels out in turn", () => {
  const numbers = Float32Array.of(0, 1, 2, 3, 4, 5);
  const x = dataNode(numbers, [1, 6, 1, 1]);
  const [output] = evaluate([channelShuffle(x, 2)], () => numbers);
  expect([...output!]).toEqual([0, 3, 1, 4, 2, 5]);
  expect(windows.get(channelShuffleOp)!(7, 0, 0, [x], x, {})).toEqual([7, 7]);
});

it("says what it needs", () => {
  const x = dataNode(new Float32Array(5), [1, 5, 1, 1]);
  expect(() => channelShuffle(x, 2)).toThrow(
    "channelShuffle: needs [N, C, H, W] with C divisible by 2, got input [1, 5, 1, 1]",
  );
  expect(() => channelShuffle(x, 0)).toThrow("channelShuffle: groups needs a whole number from 1, got 0");
});
