import { expect, test } from "vitest";
import { Generator, philox } from "./generator.ts";

test("philox 4x32-10 gives the published known answers", () => {
  const out = new Uint32Array(4);
  philox(0, 0, out);
  expect([...out].map((word) => word.toString(16))).toEqual(["6627e8d5", "e169c58d", "bc57ac4c", "9b00dbd8"]);
});

test("a permutation holds every index once and depends on the seed alone", () => {
  const first = new Generator(7).permutation(100);
  expect([...first].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index));
  expect(new Generator(7).permutation(100)).toEqual(first);
  expect(new Generator(8).permutation(100)).not.toEqual(first);
});
