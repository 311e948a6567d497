import { expect, test } from "vitest";
import * as f from "../index.ts";

test.each([
  {
    call: () => f.convOutputSize(0, 3),
    says: "needs input to be a whole number from 1, got input 0. The nearest is 1",
  },
  { call: () => f.convOutputSize(-7, 3), says: "got input -7. The nearest is 1" },
  { call: () => f.convOutputSize(Number.NaN, 3), says: "got input NaN. It may be 1 or more" },
  { call: () => f.convOutputSize(Number.POSITIVE_INFINITY, 3), says: "got input Infinity. It may be 1 or more" },
  { call: () => f.convOutputSize(3, 2.6), says: "got kernel 2.6. The nearest is 3" },
  { call: () => f.convOutputSize(8, 3, { stride: 0 }), says: "got stride 0. The nearest is 1" },
  { call: () => f.convOutputSize(8, 3, { padding: -1 }), says: "from 0, got padding -1. The nearest is 0" },
  { call: () => f.convOutputSize(8, 3, { padding: [1, -2] }), says: "got paddingAfter -2. The nearest is 0" },
  { call: () => f.convOutputSize(8, 3, { dilation: 1.2 }), says: "got dilation 1.2. The nearest is 1" },
  { call: () => f.convOutputSize(2 ** 53 - 1, 3, { padding: 1 }), says: "needs padded input to be at most" },
  {
    call: () => f.convOutputSize(5, 3, { dilation: 4 }),
    says: "got input 5, kernel 9, padding 0. The input needs at least 9, or the padding at least 2, or the kernel at most 2, or the dilation at most 2",
  },
  {
    call: () => f.poolOutputSize(8, 2, { padding: 2 }),
    says: "The padding may be at most 1, or the kernel at least 4",
  },
  { call: () => f.poolOutputSize(8, 2, { padding: Number.NaN }), says: "got padding NaN" },
  {
    call: () => f.poolOutputSize(2, 3),
    says: "The input needs at least 3, or the padding at least 1, or the kernel at most 2",
  },
  { call: () => f.convTransposeOutputSize(3, 3, { outputPadding: 3, stride: 2 }), says: "The nearest is 1" },
  {
    call: () => f.convTransposeOutputSize(2, 3, { padding: 3 }),
    says: "got output -2, input 2, padding 3. The padding may be at most 1",
  },
  { call: () => f.samePadding(0), says: "got kernel 0. The nearest is 1" },
  { call: () => f.tensorflowSamePadding(8, 3, { stride: -1 }), says: "got stride -1. The nearest is 1" },
  {
    call: () => f.convParameters(6, 8, 3, { groups: 4 }),
    says: "got groups 4, inChannels 6, outChannels 8. The nearest is 2",
  },
  { call: () => f.convParameters(3, 9, 3, { groups: 2 }), says: "The nearest is 1" },
  { call: () => f.convMacs(1, 1, [3, 0], [8, 8]), says: "got kernelWidth 0" },
  { call: () => f.convFlops(1e6, 1e6, 3, [1e6, 1e6]), says: "needs result to be at most 9007199254740991 to be exact" },
  { call: () => f.linearFlops(2.4, 3), says: "got inFeatures 2.4. The nearest is 2" },
  { call: () => f.linearParameters(2 ** 30, 2 ** 30), says: "to be exact" },
  { call: () => f.convTransposeMacs(1, 1, 3, [0, 4]), says: "got height 0" },
  { call: () => f.receptiveFieldStep({ size: 0, stride: 1 }, 3), says: "got size 0" },
])("refused: $says", ({ call, says }) => {
  expect(call).toThrow(says);
});

test("what the advice names is accepted, and what lies beyond is not", () => {
  for (const [input, kernel, padding, dilation] of [
    [3, 9, 1, 1],
    [5, 4, 0, 3],
    [6, 6, 2, 4],
    [1, 2, 0, 5],
  ] as const) {
    const refusal = (call: () => unknown): string => {
      try {
        call();
      } catch (error) {
        return (error as Error).message;
      }
      return "";
    };
    const message = refusal(() => f.convOutputSize(input, kernel, { padding, dilation }));
    const advised = (what: string) =>
      Number(new RegExp(`${what} (?:needs )?at (?:least|most) (\\d+)`).exec(message)?.[1]);
    const calls: ((by: number) => () => unknown)[] = [
      (by) => () => f.convOutputSize(advised("input") + by, kernel, { padding, dilation }),
      (by) => () => f.convOutputSize(input, kernel, { padding: advised("padding") + by, dilation }),
      (by) => () => f.convOutputSize(input, advised("kernel") - by, { padding, dilation }),
    ];
    for (const call of calls) {
      expect(refusal(call(0))).toBe("");
      expect(refusal(call(-1))).not.toBe("");
    }
  }
});

test("warnings", () => {
  expect(f.convOutputSize(10, 3, { stride: 4 }).warning).toBe(
    "(10 − 3 + 2·0) mod 4 = 3: the last 3 pixels of the padded input are dropped",
  );
  expect(f.convOutputSize(11, 3, { stride: 4 }).warning).toBe("");
  expect(f.convOutputSize(10, 3, { stride: 4, padding: [0, 1] })).toEqual({
    value: 3,
    trace: "⌊(10 − 3 + 0 + 1)/4⌋ + 1 = 3",
    warning: "",
  });
  expect(f.convTransposeOutputSize(4, 3, { stride: 2 }).warning).toContain("outputs sum different numbers of products");
  expect(f.convTransposeOutputSize(4, 1, { stride: 2 }).warning).toContain("some outputs get no product at all");
  expect(f.convTransposeOutputSize(4, 4, { stride: 2 }).warning).toBe("");
  expect(f.convTransposeMacs(4, 6, 4, [8, 8], { stride: 2, padding: 1 }).warning).toContain("without them it is 21600");
  expect(f.tensorflowSamePadding(7, 3, { stride: 2 }).warning).toBe("");
  expect(f.tensorflowSamePadding(8, 1, { stride: 3 }).trace).toBe("(⌈8/3⌉ − 1)·3 + 1 − 8 = -1, so no padding");
});

test("huge but exact", () => {
  expect(f.convOutputSize(1e12, 3, { stride: 7 }).value).toBe(Math.floor((1e12 - 3) / 7) + 1);
  expect(f.convTransposeMacs(1, 1, 3, [1, 1e9], { stride: 2, padding: 1 }).value).toBe(9e9);
});
