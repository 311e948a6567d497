import { expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../core/errors.ts";
import { crop, cropToMultiple, shave } from "./plane.ts";

const plane = { width: 4, height: 3, data: Uint8Array.from({ length: 12 }, (_, index) => index) };

it("crops a rectangle, in the type of the data", () => {
  expect(crop(plane, 1, 1, 2, 2)).toEqual({ width: 2, height: 2, data: Uint8Array.of(5, 6, 9, 10) });
});
it("cuts right and bottom to a multiple", () => {
  expect(cropToMultiple(plane, 2)).toEqual({ width: 4, height: 2, data: plane.data.subarray(0, 8) });
  expect(cropToMultiple(plane, 1)).toBe(plane);
});
it("shaves every side", () => {
  expect(shave(plane, 1)).toEqual({ width: 2, height: 1, data: Uint8Array.of(5, 6) });
  expect(shave(plane, 0)).toBe(plane);
});
it("refuses what is outside", () => {
  expect(() => crop(plane, 3, 0, 2, 1)).toThrow(ShapeError);
  expect(() => crop(plane, 0.5, 0, 2, 1)).toThrow("left 0.5");
  expect(() => shave(plane, 2)).toThrow("a rectangle inside 4x3");
  expect(() => cropToMultiple(plane, 5)).toThrow("at least 5x5 pixels, got size 4x3");
  expect(() => cropToMultiple(plane, 0)).toThrow(ArgumentError);
});
