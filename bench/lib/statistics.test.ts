import { describe, expect, it } from "vitest";
import { median, quantile, relativeDifference, spread } from "./statistics.ts";

describe("statistics", () => {
  it("interpolates quantiles", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(quantile([0, 10], 0.25)).toBe(2.5);
  });

  it("gives the middle half's width as a share of the median", () => {
    expect(spread([10, 10, 10, 10])).toBe(0);
    expect(spread([8, 9, 10, 11, 12])).toBeCloseTo(0.2);
  });

  it("measures each part against its own largest number", () => {
    const expected = Float32Array.of(100, 50, 1, 0.5);
    expect(relativeDifference(Float32Array.of(101, 50, 1, 0.5), expected, [2, 2])).toBeCloseTo(0.01);
    expect(relativeDifference(Float32Array.of(100, 50, 1, 0.75), expected, [2, 2])).toBeCloseTo(0.25);
    expect(relativeDifference(Float32Array.of(100, 50, 1, 0.75), expected)).toBeCloseTo(0.0025);
  });

  it("lets nothing pass that is not a number or of another size", () => {
    expect(relativeDifference(Float32Array.of(Number.NaN), Float32Array.of(1))).toBe(Number.POSITIVE_INFINITY);
    expect(relativeDifference(Float32Array.of(1, 2), Float32Array.of(1))).toBe(Number.POSITIVE_INFINITY);
    expect(relativeDifference(Float32Array.of(1), Float32Array.of(0))).toBe(Number.POSITIVE_INFINITY);
  });
});
