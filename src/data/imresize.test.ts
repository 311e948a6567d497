import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../core/errors.ts";
import { imresize, imresizeRows } from "./imresize.ts";
import type { Plane } from "./plane.ts";

interface Vector {
  name: string;
  input: number[][];
  scale?: number;
  outW?: number;
  outH?: number;
  antialias: boolean;
  expected: number[][];
}
const file = new URL("../../fixtures/imresize/matlab-imresize-vectors.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(file, "utf8")) as { cases: Vector[] };

const planeOf = (rows: number[][]): Plane<Float64Array> => ({
  width: rows[0]!.length,
  height: rows.length,
  data: Float64Array.from(rows.flat()),
});
const ramp = planeOf([
  [0, 1, 2],
  [3, 4, 5],
]);

describe("imresize against MATLAB R2019b", () => {
  it("has all 14 cases", () => expect(cases.length).toBe(14));
  it.each(cases)("$name", ({ input, scale, outW, outH, antialias, expected }) => {
    const actual = imresize(planeOf(input), scale ?? { width: outW!, height: outH! }, { antialias });
    const wanted = planeOf(expected);
    expect([actual.width, actual.height]).toEqual([wanted.width, wanted.height]);
    wanted.data.forEach((value, index) => {
      expect(Math.abs(actual.data[index]! - value)).toBeLessThanOrEqual(1e-12);
    });
  });
});

describe("imresize", () => {
  it("keeps a constant picture constant, with every kernel and border", () => {
    const flat = { width: 7, height: 5, data: new Float64Array(35).fill(0.25) };
    for (const method of ["bicubic", "bilinear", "nearest"] as const) {
      for (const borders of ["mirror", "clamp"] as const) {
        const { data } = imresize(flat, { width: 10, height: 3 }, { method, borders });
        for (const value of data) expect(value).toBeCloseTo(0.25, 14);
      }
    }
  });

  it("repeats pixels with the box", () => {
    const { data } = imresize(ramp, 2, { method: "nearest" });
    expect([...data.subarray(0, 6)]).toEqual([0, 0, 1, 1, 2, 2]);
    expect([...data.subarray(18)]).toEqual([3, 3, 4, 4, 5, 5]);
  });

  it("averages neighbours with the antialiased triangle", () => {
    // At scale 1/2 the triangle covers four pixels with weights 1, 3, 3, 1 eighths; (0 0 | 0 8 | 8 8) mirrored.
    const { data } = imresize(
      { width: 4, height: 1, data: Float64Array.of(0, 0, 8, 8) },
      { width: 2, height: 1 },
      { method: "bilinear" },
    );
    expect([...data]).toEqual([1, 7]);
  });

  it("differs at the edge only between the two borders", () => {
    const wide = { width: 16, height: 1, data: Float64Array.from({ length: 16 }, (_, x) => x * x) };
    const mirrored = imresize(wide, { width: 8, height: 1 }).data;
    const clamped = imresize(wide, { width: 8, height: 1 }, { borders: "clamp" }).data;
    expect(mirrored[0]).not.toBe(clamped[0]);
    expect(mirrored.subarray(2, 6)).toEqual(clamped.subarray(2, 6));
  });

  it("returns a copy when nothing changes", () => {
    const same = imresize(ramp, 1);
    expect(same.data).toEqual(ramp.data);
    expect(same.data).not.toBe(ramp.data);
  });

  it("refuses impossible sizes", () => {
    expect(() => imresize(ramp, 0)).toThrow(ArgumentError);
    expect(() => imresize(ramp, Number.NaN)).toThrow("got NaN");
    expect(() => imresize(ramp, { width: 2.5, height: 1 })).toThrow("got 2.5x1");
    expect(() => imresize({ ...ramp, width: 4 }, 2)).toThrow(ShapeError);
    expect(() => imresize(ramp, 2, { method: "lanczos" as never })).toThrow("must be bicubic");
  });
});

describe("imresizeRows", () => {
  const picture = planeOf(
    Array.from({ length: 23 }, (_, y) => Array.from({ length: 9 }, (_, x) => Math.sin(x * y + x))),
  );
  const part = (top: number, bottom: number) => ({
    rows: { width: 9, height: bottom - top, data: picture.data.subarray(9 * top, 9 * bottom) },
    top,
    height: 23,
  });

  it.each(["bicubic", "bilinear", "nearest"] as const)("%s gives the bits of the whole picture", (method) => {
    for (const scale of [2, 3, 4]) {
      const whole = imresize(picture, scale, { method });
      for (const [from, to] of [
        [0, 7],
        [5, 11],
        [12, 23],
      ] as const) {
        const source = part(Math.max(0, from - 2), Math.min(23, to + 2));
        const rows = imresizeRows(source, scale, from * scale, to * scale, { method });
        expect([rows.width, rows.height]).toEqual([9 * scale, (to - from) * scale]);
        expect(rows.data).toEqual(whole.data.subarray(9 * scale * from * scale, 9 * scale * to * scale));
      }
    }
  });

  it("refuses to guess a row that it was not given", () => {
    expect(() => imresizeRows(part(5, 9), 2, 8, 18)).toThrow("imresizeRows: needs row 2, got 5 to 8");
  });
});
