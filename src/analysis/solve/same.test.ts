import { expect, test } from "vitest";
import { convOutputSize } from "../index.ts";
import { solveSame } from "./same.ts";

test("at stride 1 one padding keeps the size: equal sides for an odd extent", () => {
  expect(solveSame(5)).toEqual([{ before: 2, after: 2, symmetric: true, remainders: [0] }]);
  expect(solveSame(4)).toEqual([{ before: 1, after: 2, symmetric: false, remainders: [0] }]);
  expect(solveSame(4, { dilation: 2 })).toEqual([{ before: 3, after: 3, symmetric: true, remainders: [0] }]);
  expect(solveSame(1)).toEqual([{ before: 0, after: 0, symmetric: true, remainders: [0] }]);
});

test("with a stride: for every width first, then equal sides", () => {
  expect(solveSame(3, { stride: 2 })).toEqual([
    { before: 1, after: 1, symmetric: true, remainders: [0, 1] },
    { before: 0, after: 1, symmetric: false, remainders: [0] },
    { before: 1, after: 2, symmetric: false, remainders: [1] },
  ]);
  expect(solveSame(4, { stride: 2 }).slice(0, 2)).toEqual([
    { before: 1, after: 2, symmetric: false, remainders: [0, 1] },
    { before: 1, after: 1, symmetric: true, remainders: [0] },
  ]);
});

test("answers hold for just the widths that they name, and none is missing", () => {
  for (const [kernel, stride, dilation] of [
    [3, 2, 1],
    [4, 3, 1],
    [2, 4, 1],
    [5, 3, 2],
    [1, 3, 1],
    [7, 4, 1],
  ] as const) {
    const answers = solveSame(kernel, { stride, dilation });
    for (let total = 0; total <= 2 * kernel * dilation + stride; total++) {
      const padding = [Math.floor(total / 2), total - Math.floor(total / 2)] as const;
      const known = answers.find(({ before, after }) => before + after === total);
      if (known) expect([known.before, known.after]).toEqual(padding);
      for (let width = 40; width < 40 + stride; width++) {
        const { value } = convOutputSize(width, kernel, { stride, dilation, padding });
        expect(known?.remainders.includes(width % stride) ?? false).toBe(value === Math.ceil(width / stride));
      }
    }
  }
});

test("refused", () => {
  expect(() => solveSame(0)).toThrow("got kernel 0. The nearest is 1");
  expect(() => solveSame(3, { stride: 1000 })).toThrow(
    "needs a stride of at most 64, got stride 1000. The nearest is 64",
  );
});
