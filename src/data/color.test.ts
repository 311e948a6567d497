import { describe, expect, it } from "vitest";
import { ShapeError } from "../core/errors.ts";
import { fromYcbcr, luma, rgbToYcbcr, toYcbcr, ycbcrToRgb } from "./color.ts";
import { channelPlane, convertChannels, fromPlanes, type RasterImage } from "./raster.ts";

const rgb = (...codes: number[]): RasterImage => ({
  width: codes.length / 3,
  height: 1,
  channels: 3,
  bits: 8,
  data: Uint8Array.from(codes),
});

describe("luma", () => {
  it("gives BT.601's codes for the eight corners of RGB", () => {
    const corners = rgb(0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 0, 0, 255, 255, 255, 0, 255, 255, 255, 255);
    expect([...luma(corners).data]).toEqual([16, 81, 145, 41, 210, 170, 106, 235]);
  });
  it("takes grey as it is, and leaves alpha out", () => {
    const grey: RasterImage = { width: 2, height: 1, channels: 2, bits: 8, data: Uint8Array.of(7, 0, 250, 99) };
    expect([...luma(grey).data]).toEqual([7, 250]);
  });
  it("reads 16-bit codes on their own scale", () => {
    const white: RasterImage = { width: 1, height: 1, channels: 3, bits: 16, data: new Uint16Array(3).fill(65535) };
    expect([...luma(white).data]).toEqual([235]);
  });
});

describe("YCbCr", () => {
  it("is in MATLAB's ranges", () => {
    const out = new Float64Array(3);
    rgbToYcbcr(1, 1, 1, out);
    expect([...out].map((value) => 255 * value)).toEqual([235, 128, 128].map((code) => expect.closeTo(code, 10)));
    rgbToYcbcr(0, 0, 1, out);
    expect([...out].map((value) => 255 * value)).toEqual(
      [40.966, 240, 109.786].map((code) => expect.closeTo(code, 10)),
    );
  });
  it("goes there and back exactly to float64", () => {
    const out = new Float64Array(3);
    for (const [r, g, b] of [
      [0.1, 0.7, 0.3],
      [1, 0, 0.5],
      [0, 0, 0],
    ] as const) {
      rgbToYcbcr(r, g, b, out);
      ycbcrToRgb(out[0]!, out[1]!, out[2]!, out);
      expect([...out]).toEqual([r, g, b].map((value) => expect.closeTo(value, 13)));
    }
  });
  it.each([
    [1, 8],
    [2, 16],
    [3, 16],
    [4, 8],
  ] as const)("gives back every code of a picture of %i channels and %i bits", (channels, bits) => {
    const count = 64 * channels;
    const codes = Array.from({ length: count }, (_, index) => (index * 7919) % 2 ** bits);
    const data = bits === 8 ? Uint8Array.from(codes) : Uint16Array.from(codes);
    const image: RasterImage = { width: 16, height: 4, channels, bits, data };
    expect(fromYcbcr(toYcbcr(image), bits)).toEqual(image);
  });
  it("refuses planes of different sizes", () => {
    const planes = toYcbcr(rgb(1, 2, 3, 4, 5, 6));
    const small = { width: 1, height: 1, data: new Float64Array(1) };
    expect(() => fromYcbcr({ ...planes, y: small }, 8)).toThrow(ShapeError);
    expect(() => fromYcbcr({ ...planes, alpha: small }, 8)).toThrow("planes of one size");
  });
});

describe("raster", () => {
  it("clips and rounds planes, and refuses NaN", () => {
    const plane = { width: 3, height: 1, data: Float64Array.of(-0.2, 0.5, 1.5) };
    expect([...fromPlanes([plane], 8).data]).toEqual([0, 128, 255]);
    expect([...fromPlanes([plane], 16).data]).toEqual([0, 32768, 65535]);
    plane.data[1] = Number.NaN;
    expect(() => fromPlanes([plane], 8)).toThrow(/got value NaN, channel 0, at \(1, 0\)/);
  });
  it("takes one channel in [0, 1]", () => {
    expect([...channelPlane(rgb(0, 51, 0, 0, 255, 0), 1).data]).toEqual([0.2, 1]);
  });
  it("converts channels: luma, repeated grey, transparency on white", () => {
    expect([...convertChannels(rgb(255, 0, 0, 10, 20, 30), 1).data]).toEqual([76, 18]);
    const grey: RasterImage = { width: 2, height: 1, channels: 2, bits: 8, data: Uint8Array.of(9, 255, 0, 0) };
    expect([...convertChannels(grey, 3).data]).toEqual([9, 9, 9, 255, 255, 255]);
  });
  it("refuses a picture whose parts do not belong together", () => {
    expect(() => luma({ ...rgb(1, 2, 3), bits: 16 })).toThrow(ShapeError);
    expect(() => luma({ ...rgb(1, 2, 3), width: 2 })).toThrow("values 3");
  });
});
