import { expect, it } from "vitest";
import type { Symmetry } from "./dataset.ts";
import { copyWindow } from "./symmetry.ts";

// A window of 3x2 at (1, 1) of a 5-wide plane: 6 7 8 over 11 12 13.
const source = Float32Array.from({ length: 20 }, (_, index) => index);
const window = { start: 6, pitch: 5, width: 3, height: 2 };
const turned = (symmetry: Symmetry) => {
  const out = new Float32Array(8).fill(-1);
  copyWindow(source, window, symmetry, null, out, 1);
  expect([out[0], out[7]]).toEqual([-1, -1]);
  return [...out.subarray(1, 7)];
};

it.each([
  [0, [6, 7, 8, 11, 12, 13]],
  [1, [8, 7, 6, 13, 12, 11]],
  [2, [11, 12, 13, 6, 7, 8]],
  [3, [13, 12, 11, 8, 7, 6]],
  [4, [6, 11, 7, 12, 8, 13]],
  [5, [8, 13, 7, 12, 6, 11]],
  [6, [11, 6, 12, 7, 13, 8]],
  [7, [13, 8, 12, 7, 11, 6]],
] as const)("symmetry %i", (symmetry, expected) => expect(turned(symmetry)).toEqual(expected));

it("sends codes through the table", () => {
  const out = new Float32Array(2);
  const table = Float32Array.from({ length: 256 }, (_, code) => code / 2);
  copyWindow(Uint8Array.of(3, 200), { start: 0, pitch: 2, width: 2, height: 1 }, 1, table, out, 0);
  expect([...out]).toEqual([100, 1.5]);
});
