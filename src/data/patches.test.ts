import { describe, expect, it } from "vitest";
import { sharedData } from "../../test/shared-data.ts";
import { ArgumentError } from "../core/errors.ts";
import { Generator } from "../core/generator.ts";
import { luma } from "./color.ts";
import type { Symmetry } from "./dataset.ts";
import { readImage } from "./image.ts";
import { listImages } from "./image-folder.ts";
import { imresize } from "./imresize.ts";
import { SuperResolutionPatches } from "./patches.ts";
import { crop, type Plane } from "./plane.ts";

function noise(width: number, height: number): Plane<Float64Array> {
  const generator = new Generator(width);
  return { width, height, data: new Float64Array(width * height).map(() => generator.uniform()) };
}
function read(patches: SuperResolutionPatches, index: number, symmetry: Symmetry = 0) {
  const input = new Float32Array(patches.inputShape[1] ** 2);
  const target = patches.createTarget(patches.targetShape[1] ** 2);
  patches.write(index, symmetry, 0, input, target);
  return { input, target };
}

describe("SuperResolutionPatches", () => {
  it("cuts pairs from whole pictures reduced by imresize", () => {
    const planes = [noise(5, 40), noise(31, 26), noise(24, 24)];
    const patches = new SuperResolutionPatches(planes, { scale: 3, size: 4, stride: 2 });
    // 31x26 → 30x24 → 10x8: 4 · 3 places; 24x24 → 8x8: 3 · 3 places; 5x40 holds none.
    expect(patches.length).toBe(12 + 9);
    expect(patches.targetShape).toEqual([1, 12, 12]);
    const high = crop(planes[1]!, 0, 0, 30, 24);
    const low = imresize(high, { width: 10, height: 8 });
    const { input, target } = read(patches, 4 * 2 + 3); // x = 6, y = 4
    expect(input).toEqual(new Float32Array(crop(low, 6, 4, 4, 4).data));
    expect(target).toEqual(new Float32Array(crop(high, 18, 12, 12, 12).data));
    expect(read(patches, 12).target).toEqual(new Float32Array(crop(planes[2]!, 0, 0, 12, 12).data));
  });

  it("turns input and target together", () => {
    const patches = new SuperResolutionPatches([noise(32, 32)], { scale: 2, size: 16 });
    for (const symmetry of [0, 1, 2, 3, 4, 5, 6, 7] as const) {
      const { input, target } = read(patches, 0, symmetry);
      const reduced = imresize({ width: 32, height: 32, data: target }, 0.5);
      for (const [index, value] of input.entries()) expect(value).toBeCloseTo(reduced.data[index]!, 6);
    }
  });

  it("refuses pictures that are all too small, and impossible options", () => {
    expect(() => new SuperResolutionPatches([noise(50, 60)], { scale: 3 })).toThrow("holds a patch of 51x51 pixels");
    expect(() => new SuperResolutionPatches([], { scale: 3 })).toThrow(ArgumentError);
    expect(() => new SuperResolutionPatches([noise(60, 60)], { scale: 3, stride: 0 })).toThrow(
      "stride must be a positive",
    );
    expect(() => new SuperResolutionPatches([noise(60, 60)], { scale: 1.5 })).toThrow("scale must be a positive");
  });
});

const t91 = sharedData("data/T91");
describe.skipIf(t91.missing)(`the 91 pictures${t91.note}`, () => {
  it("give the number of patches known from the literature", async () => {
    const planes = [];
    for (const path of await listImages(t91.path)) {
      const { width, height, data } = luma(await readImage(path));
      planes.push({ width, height, data: new Float32Array(data) });
    }
    expect(planes.length).toBe(91);
    expect(new SuperResolutionPatches(planes, { scale: 3, size: 17, stride: 13 }).length).toBe(2701);
    expect(new SuperResolutionPatches(planes, { scale: 3, size: 17, stride: 14 }).length).toBe(2420);
  }, 60_000);
});
