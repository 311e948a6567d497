import { describe, expect, it } from "vitest";
import { ShapeError } from "../core/errors.ts";
import { Generator } from "../core/generator.ts";
import { psnr, ssim, superResolutionMetrics, superResolutionPair } from "./metrics.ts";
import type { Plane } from "./plane.ts";

const noise = (width: number, height: number, seed: number): Plane<Uint8Array> => {
  const generator = new Generator(seed);
  return { width, height, data: new Uint8Array(width * height).map(() => generator.integer(256)) };
};
const unit = ({ width, height, data }: Plane): Plane => ({
  width,
  height,
  data: Float64Array.from(data, (v) => v / 255),
});

describe("psnr", () => {
  it("is 10 log10(255² / MSE)", () => {
    const a = { width: 2, height: 2, data: Uint8Array.of(10, 20, 30, 40) };
    const b = { width: 2, height: 2, data: Uint8Array.of(11, 18, 30, 43) };
    expect(psnr(a, b)).toBeCloseTo(10 * Math.log10(65025 / 3.5), 12);
    expect(psnr(a, a)).toBe(Number.POSITIVE_INFINITY);
    expect(() => psnr(a, { width: 4, height: 1, data: b.data })).toThrow(ShapeError);
  });
});

describe("ssim", () => {
  it("is 1 for equal planes and symmetric", () => {
    const a = noise(20, 15, 1);
    const b = noise(20, 15, 2);
    expect(ssim(a, a)).toBeCloseTo(1, 12);
    expect(ssim(a, b)).toBeCloseTo(ssim(b, a), 12);
    expect(ssim(a, b)).toBeLessThan(0.2);
  });
  it("is the luminance term alone for flat planes", () => {
    const flat = (value: number) => ({ width: 11, height: 12, data: new Uint8Array(132).fill(value) });
    const c1 = 6.5025;
    expect(ssim(flat(100), flat(120))).toBeCloseTo((2 * 100 * 120 + c1) / (100 ** 2 + 120 ** 2 + c1), 10);
  });
  it("agrees with the formula written out for one window", () => {
    const a = noise(11, 11, 3);
    const b = noise(11, 11, 4);
    const weights = Array.from({ length: 121 }, (_, i) =>
      Math.exp(-(((i % 11) - 5) ** 2 + (Math.floor(i / 11) - 5) ** 2) / 4.5),
    );
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const mean = (f: (i: number) => number) => weights.reduce((sum, weight, i) => sum + weight * f(i), 0) / total;
    const [ma, mb] = [mean((i) => a.data[i]!), mean((i) => b.data[i]!)];
    const va = mean((i) => (a.data[i]! - ma) ** 2);
    const vb = mean((i) => (b.data[i]! - mb) ** 2);
    const cov = mean((i) => (a.data[i]! - ma) * (b.data[i]! - mb));
    const [c1, c2] = [2.55 ** 2, 7.65 ** 2];
    const expected = ((2 * ma * mb + c1) * (2 * cov + c2)) / ((ma ** 2 + mb ** 2 + c1) * (va + vb + c2));
    expect(ssim(a, b)).toBeCloseTo(expected, 10);
  });
  it("needs a whole window", () => {
    expect(() => ssim(noise(10, 30, 0), noise(10, 30, 1))).toThrow("at least 11x11");
  });
});

describe("the super-resolution protocol", () => {
  it("crops right and bottom, and shrinks in [0, 1]", () => {
    const { reference, input } = superResolutionPair(noise(38, 40, 5), 3);
    expect([reference.width, reference.height, input.width, input.height]).toEqual([36, 39, 12, 13]);
    expect(reference.data[36]).toBe(noise(38, 40, 5).data[38]);
    expect(Math.max(...input.data)).toBeLessThan(1.3);
    expect(() => superResolutionPair(noise(2, 9, 0), 3)).toThrow("at least 3x3");
  });
  it("ignores `scale` pixels on every side, and clips and rounds", () => {
    const reference = noise(30, 30, 6);
    const output = unit(reference);
    for (let i = 0; i < 30; i++) for (const j of [0, 1, 28, 29]) output.data[i * 30 + j] = output.data[j * 30 + i] = 9;
    expect(superResolutionMetrics(reference, output, 2)).toEqual({ psnr: Infinity, ssim: expect.closeTo(1, 12) });
    output.data[2 * 30 + 2] = reference.data[62]! / 255 + 0.4 / 255;
    expect(superResolutionMetrics(reference, output, 2).psnr).toBe(Infinity);
    expect(superResolutionMetrics(reference, output, 1).psnr).toBeLessThan(30);
  });
  it("gives NaN, not a figure, for an output that is not finite", () => {
    const reference = noise(30, 30, 6);
    const output = unit(reference);
    output.data[465] = Number.NaN;
    expect(superResolutionMetrics(reference, output, 2).psnr).toBeNaN();
  });
});
