import { expect, test } from "vitest";
import { ReferenceDevice } from "../devices/reference/device.ts";
import * as nn from "../nn/index.ts";
import { manualSeed, randn, setDevice } from "../tensor/index.ts";
import { type EffectiveField, effectiveField, holdingCircle } from "./effective-field.ts";
import { fieldOf } from "./layer-field.ts";

setDevice(new ReferenceDevice());

test("a convolution: the mean size of its weights, whatever the input", async () => {
  const network = new nn.Sequential(new nn.Conv2d(2, 1, 3, { padding: 1, bias: false }), new nn.Tanh());
  const numbers = Float32Array.from({ length: 18 }, (_, at) => (at % 2 === 0 ? 1 : -1) * (at + 1));
  network.loadStateDict(new Map([["0.weight", { shape: [1, 2, 3, 3], data: numbers }]]));
  const field = await effectiveField(network, [randn([1, 2, 6, 6]), randn([1, 2, 6, 6])], "0", [2, 3]);
  const sums = Array.from({ length: 9 }, (_, at) => at + 1 + at + 10);
  const total = sums.reduce((sum, value) => sum + value, 0);
  for (let y = 0; y < 6; y++) {
    for (let x = 0; x < 6; x++) {
      const inside = y >= 1 && y <= 3 && x >= 2 && x <= 4;
      expect(field.values[y * 6 + x]).toBeCloseTo(inside ? sums[(y - 1) * 3 + x - 2]! / total : 0, 6);
    }
  }
});

test("it lies within the pixels that the position depends on, and adds up to 1", async () => {
  manualSeed(3);
  const network = new nn.Sequential(
    new nn.Conv2d(1, 3, 3, { dilation: 2 }),
    new nn.MaxPool2d(2),
    new nn.Conv2d(3, 2, 3),
  );
  const inputs = Array.from({ length: 6 }, () => randn([1, 1, 16, 16]));
  const progress: number[] = [];
  const field = await effectiveField(network, inputs, "2", [1, 2], { onProgress: (done) => progress.push(done) });
  const { seen } = fieldOf(network, [1, 1, 16, 16], "2").at(1, 2);
  for (const [at, value] of field.values.entries()) if (value > 0) expect(seen.cells[at]).toBe(1);
  expect(field.values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
  expect(progress).toEqual([0, 1, 2, 3, 4, 5, 6]);
  await expect(effectiveField(network, inputs, "2", [9, 9])).rejects.toThrow(
    "position 9,9 is outside of its output of 4x4",
  );
});

test("the circle that holds a share: all of it, most of it, none", () => {
  const field = (values: number[]): EffectiveField => ({
    height: 1,
    width: values.length,
    values: Float64Array.from(values),
  });
  expect(holdingCircle(field([0, 0.05, 0.9, 0.05, 0]))).toEqual({ y: 0, x: 2, radius: 0 });
  const all = holdingCircle(field([0, 0.05, 0.9, 0.05, 0]), 1)!;
  expect(all.radius).toBeCloseTo(1, 12);
  expect(holdingCircle(field([0, 0, 0]))).toBeNull();
});
