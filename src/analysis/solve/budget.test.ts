import { expect, test } from "vitest";
import { ShapeError } from "../../core/errors.ts";
import { createModel } from "../../models/index.ts";
import * as nn from "../../nn/index.ts";
import { largestInput, largestWidth, type Network, summarize } from "../index.ts";
import { largestWithin } from "./budget.ts";

const made = (name: string, widthMultiplier?: number) =>
  createModel(name, widthMultiplier === undefined ? {} : { widthMultiplier }).network as Network;

test("the largest input is what trying every size gives", async () => {
  const flops = 300e6;
  const { answers, over } = await largestInput(async () => made("squeezenet1_1"), [1, 3, 224, 224], { flops });
  let best = 0;
  for (let side = 17; side < 224; side++) {
    if (summarize(made("squeezenet1_1"), [1, 3, side, side]).totals.flops <= flops) best = side;
  }
  expect(answers.map(({ value }) => value)).toEqual([best, best - 1, best - 2]);
  expect(over).toMatchObject({ value: best + 1, shape: [1, 3, best + 1, best + 1] });
  expect(over!.flops).toBeGreaterThan(flops);
});

test("only sizes that the network takes are tried, and the aspect is kept", async () => {
  const { answers, over } = await largestInput(async () => made("unet"), [2, 1, 64, 128], { macs: 40e9 });
  for (const { shape } of [...answers, over!]) {
    expect(shape.slice(0, 2)).toEqual([2, 1]);
    expect([shape[2]! % 16, shape[3]!]).toEqual([0, 2 * shape[2]!]);
  }
  expect(answers[0]!.macs).toBeLessThanOrEqual(40e9);
  expect(over!.macs).toBeGreaterThan(40e9);
});

test("a network that takes a few sizes ends at its largest", async () => {
  const { answers, over } = await largestInput(async () => made("lenet5"), [1, 1, 28, 28], { flops: 1e9 });
  expect([answers[0]!.shape, over]).toEqual([[1, 1, 31, 31], null]);
});

test("the largest width is what trying every hundredth gives", async () => {
  const shape = [1, 1, 32, 32];
  const { answers, over } = await largestWidth(async (width) => made("espcn", width), shape, { parameters: 9000 });
  let best = 0;
  for (let percent = 1; percent < 200; percent++) {
    if (summarize(made("espcn", percent / 100), shape).totals.parameters <= 9000) best = percent;
  }
  expect([answers[0]!.value, over!.value]).toEqual([best / 100, (best + 1) / 100]);
});

test("memory that does not grow with every step: larger neighbours are looked at", async () => {
  const create = async () => new nn.Sequential(new nn.Conv2d(1, 1, 3, { padding: 1 }));
  const variant = (at: number) => ({ value: at, shape: [1, 1, at + 1, at + 1], create });
  // Sizes 11 and 12 need more than 13 does.
  const measure = async (_network: Network, shape: readonly number[]) =>
    [11, 12].includes(shape[2]!) ? 500 : shape[2]! * 10;
  const { answers, over } = await largestWithin(100, variant, { memoryBytes: 130 }, measure);
  expect([answers[0]!.shape[2], over!.memoryBytes]).toEqual([13, 140]);
});

test("where there is no run below some size, the smallest is the first that has one", async () => {
  const create = async () => new nn.Sequential(new nn.Conv2d(1, 1, 3, { padding: 1 }));
  for (const least of [0, 1, 6, 7, 8, 41, 99]) {
    const variant = (at: number) => ({ value: at, shape: [1, 1, at + 1, at + 1], create });
    const measure = async (_network: Network, [, , height]: readonly number[]) => {
      if (height! <= least) throw new ShapeError("norm", "needs more than one value per channel when training");
      return height!;
    };
    const { answers } = await largestWithin(100, variant, { memoryBytes: least + 2 }, measure);
    const expected = [least + 1, least].filter((value) => value <= 99);
    expect(answers.map(({ value }) => value)).toEqual(expected);
    if (least === 0) continue;
    await expect(largestWithin(least, variant, { memoryBytes: 9 }, measure)).rejects.toThrow("needs more than one");
  }
});

test("every limit is kept, and what breaks one is told", async () => {
  const create = async () => made("espcn");
  const both = await largestInput(create, [1, 1, 32, 32], { macs: 1e8, flops: 1e7 });
  expect(both.answers[0]!.flops).toBeLessThanOrEqual(1e7);
  await expect(largestInput(create, [1, 1, 32, 32], { flops: 10 })).rejects.toThrow(
    /^not even the smallest, 1x1x1x1, keeps the budget: it takes 45,\d{3} FLOPs, the budget is 10$/,
  );
  await expect(largestInput(create, [1, 1, 32, 32], { parameters: 22_000, flops: 1e9 })).rejects.toThrow(
    "it takes 22,729 parameters, the budget is 22,000",
  );
  const vectors = async () => new nn.Sequential(new nn.Linear(8, 2));
  await expect(largestInput(vectors, [1, 8], { flops: 1e9 })).rejects.toThrow(
    "takes [N, 8]: its input can't be varied",
  );
});
