import fc from "fast-check";
import { expect, it } from "vitest";
import { type TapGeometry, tapsInside } from "./taps.ts";

/** One window after the other, one tap after the other. */
function listed({ windows, taps, stride, dilation, padding }: TapGeometry, size: number) {
  const found = Array.from({ length: windows }, (_, window) => {
    const places = Array.from({ length: taps }, (_, tap) => window * stride + tap * dilation - padding);
    return places.filter((at) => at >= 0 && at < size).length;
  });
  return { pairs: found.reduce((sum, each) => sum + each, 0), windows: found.filter((each) => each > 0).length };
}

const upTo = (max: number, min = 0) => fc.integer({ min, max });

it("counts the taps inside as a list of them does", () => {
  const geometry = fc.record({
    windows: upTo(12),
    taps: upTo(7, 1),
    stride: upTo(5, 1),
    dilation: upTo(9, 1),
    padding: upTo(9),
  });
  fc.assert(
    fc.property(geometry, upTo(9), (each, size) => {
      expect(tapsInside(each, size)).toEqual(listed(each, size));
    }),
    { numRuns: 2000, seed: 5 },
  );
});

it("counts those of four thousand million windows, and of as many taps", () => {
  const many = 2 ** 32;
  const windows = { windows: many, taps: 3, stride: 1, dilation: 1, padding: 1 };
  expect(tapsInside(windows, many)).toEqual({ pairs: 3 * many - 2, windows: many });
  const taps = { windows: 2, taps: many, stride: 1, dilation: 1, padding: 0 };
  expect(tapsInside(taps, many)).toEqual({ pairs: 2 * many - 1, windows: 2 });
});
