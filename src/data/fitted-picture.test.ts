import { describe, expect, it } from "vitest";
import { Generator } from "../core/generator.ts";
import { CroppedPictures } from "./cropped-pictures.ts";
import { stratifiedSplit } from "./dataset.ts";
import { fitPicture } from "./fitted-picture.ts";
import { DataLoader } from "./loader.ts";
import { randomCrop } from "./random-crop.ts";
import type { RasterImage } from "./raster.ts";

const code = (index: number) => (index * 7919 + (index >> 3) * 104_729) % 256;
const picture = (width: number, height: number): RasterImage => {
  const data = Uint8Array.from({ length: 3 * width * height }, (_, index) => code(index));
  return { width, height, channels: 3, bits: 8, data };
};
/** A sum that tells the order too. */
const mark = (codes: ArrayLike<number>) => Array.from(codes).reduce((sum, each) => (sum * 31 + each) % 1_000_003, 0);

describe("fitPicture", () => {
  // Pillow 9.4 and torchvision 0.14, of the same codes: Resize (and CenterCrop), as [C, H, W].
  it.each([
    [{ resize: 32, crop: [28, 28] }, 3, [28, 28], 28926],
    [{ resize: [17, 90] }, 3, [17, 90], 355035],
    [{ resize: 100, crop: [99, 80] }, 3, [99, 80], 366082],
    [{ crop: [41, 20] }, 3, [41, 20], 192176],
  ] as const)("gives torchvision's codes for %j", (size, channels, sides, expected) => {
    const { height, width, codes } = fitPicture(picture(61, 47), channels, size);
    expect([height, width]).toEqual(sides);
    expect(mark(codes)).toBe(expected);
  });

  it("refuses a crop that is larger than the picture", () => {
    expect(() => fitPicture(picture(8, 6), 1, { crop: [7, 7] })).toThrow("can't cut 7x7 out of a picture of 6x8");
    expect(() => fitPicture(picture(8, 6), 1, { resize: 0 })).toThrow("whole numbers from 1, got 0");
  });
});

describe("random crops", () => {
  it("lie inside, of 8 to 100 % of the area and 3:4 to 4:3", () => {
    const random = new Generator(3);
    for (let at = 0; at < 200; at++) {
      const { top, left, height, width } = randomCrop(60, 80, random);
      expect(top >= 0 && left >= 0 && top + height <= 60 && left + width <= 80).toBe(true);
      expect((height * width) / 4800).toBeGreaterThan(0.07);
      expect(width / height).toBeGreaterThan(0.7);
      expect(width / height).toBeLessThan(1.4);
    }
    expect(randomCrop(10, 1000, random)).toMatchObject({ top: 0, height: 10, width: 13 });
  });

  const pictures = [fitPicture(picture(61, 47), 3), fitPicture(picture(40, 50), 3)];
  const data = new CroppedPictures({ shape: [3, 16, 16], pictures, labels: Int32Array.of(0, 1), classes: ["a", "b"] });

  it("depend on seed, epoch and place alone", () => {
    const batch = (seed: number, epoch: number) =>
      new DataLoader(data, { batchSize: 2, seed, augment: "crop" }).batch(epoch, 0).input.data;
    expect(batch(1, 2)).toEqual(batch(1, 2));
    expect(batch(1, 2)).not.toEqual(batch(1, 3));
    expect(batch(1, 2)).not.toEqual(batch(2, 2));
  });

  it("are left out in evaluation: the middle, as fitPicture cuts it", () => {
    const { input } = new DataLoader(data, { batchSize: 1, shuffle: false }).batch(0, 0);
    const { codes } = fitPicture(picture(61, 47), 3, { crop: [16, 16] });
    expect([...input.data]).toEqual([...Float32Array.from(codes, (each) => each / 255)]);
  });
});

it("stratifiedSplit holds some of each class back", () => {
  const labels = Int32Array.from([0, 0, 0, 0, 0, 0, 1, 1, 2]);
  const pictures = Array.from(labels, () => fitPicture(picture(4, 4), 1));
  const data = new CroppedPictures({ shape: [1, 4, 4], pictures, labels, classes: ["a", "b", "c"] });
  const count = (part: { length: number; write: CroppedPictures["write"] }) => {
    const counts = [0, 0, 0];
    const target = new Int32Array(1);
    for (let at = 0; at < part.length; at++) {
      part.write(at, 0, 0, new Float32Array(16), target);
      counts[target[0]!]!++;
    }
    return counts;
  };
  const [training, validation] = stratifiedSplit(data, 0.8, 0);
  expect(count(training)).toEqual([5, 1, 1]);
  expect(count(validation)).toEqual([1, 1, 0]);
});
