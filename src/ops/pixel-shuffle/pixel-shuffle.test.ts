import { expect, it } from "vitest";
import { dataNode } from "../../core/node.ts";
import { checkOp } from "../../testing/check-op.ts";
import { goldenCases } from "../../testing/golden.ts";
import { errorInUnits, runCase } from "../../testing/spatial.ts";
import { windows } from "../windows.ts";
import { pixelShuffle, pixelShuffleOp, pixelUnshuffle, pixelUnshuffleOp } from "./pixel-shuffle.ts";

checkOp("pixelShuffle", [
  { name: "shuffle", inputs: [[2, 8, 2, 1]], build: (x) => pixelShuffle(x, 2) },
  { name: "unshuffle", inputs: [[1, 2, 6, 3]], build: (x) => pixelUnshuffle(x, 3) },
  { name: "without a batch", inputs: [[4, 2, 2]], build: (x) => pixelShuffle(x, 2) },
]);

it.each([...goldenCases("pixel_shuffle"), ...goldenCases("pixel_unshuffle")])("equals PyTorch on $name", (golden) => {
  const { upscale_factor: up, downscale_factor: down } = golden.attrs as Record<string, number>;
  const results = runCase(golden, ["input"], ([x]) => (up ? pixelShuffle(x!, up) : pixelUnshuffle(x!, down!)));
  for (const [name, values] of Object.entries(results)) {
    expect(errorInUnits(values, golden.tensors.get(name)!.data, 1), name).toBe(0);
  }
});

it("says what it needs", () => {
  const x = dataNode(new Float32Array(20), [1, 5, 2, 2]);
  expect(() => pixelShuffle(x, 3)).toThrow(
    "pixelShuffle: needs [N, C, H, W] with C divisible by 9, got input [1, 5, 2, 2]",
  );
  expect(() => pixelUnshuffle(x, 3)).toThrow("pixelUnshuffle: needs [N, C, H, W] with H and W divisible by 3");
  expect(() => pixelShuffle(x, 1.5)).toThrow("pixelShuffle: needs a whole factor of at least 1, got 1.5");
});

it("knows which pixel of the input a pixel of the output comes from", () => {
  const x = dataNode(new Float32Array(36), [1, 9, 2, 2]);
  const shuffled = pixelShuffle(x, 3);
  expect(windows.get(pixelShuffleOp)!(5, 0, 0, [x], shuffled, shuffled.attributes)).toEqual([1, 1]);
  const back = pixelUnshuffle(shuffled, 3);
  expect(windows.get(pixelUnshuffleOp)!(1, 1, 0, [shuffled], back, back.attributes)).toEqual([3, 5]);
});
