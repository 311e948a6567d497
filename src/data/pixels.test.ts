import { expect, it } from "vitest";
import { toPixels } from "./pixels.ts";
import type { RasterImage } from "./raster.ts";

it("toPixels cuts the middle and puts channels one after the other", () => {
  // Four columns of 0, 100, 200, 50 in red; green is 7 everywhere.
  const data = Uint8Array.from([0, 7, 0, 100, 7, 0, 200, 7, 0, 50, 7, 0, 0, 7, 0, 100, 7, 0, 200, 7, 0, 50, 7, 0]);
  const image: RasterImage = { width: 4, height: 2, channels: 3, bits: 8, data };
  expect([...toPixels(image, 3, 2, 2)]).toEqual([100, 200, 100, 200, 7, 7, 7, 7, 0, 0, 0, 0]);
});
