import { readdirSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { sharedData } from "../../test/shared-data.ts";
import { luma } from "./color.ts";
import { readImage } from "./image.ts";
import { imresize } from "./imresize.ts";
import { superResolutionMetrics, superResolutionPair } from "./metrics.ts";
import { cropToMultiple, type Plane } from "./plane.ts";
import type { RasterImage } from "./raster.ts";

// Real pictures on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

async function bicubic(folder: string, scale: number) {
  const names = readdirSync(folder).sort();
  const figures: { psnr: number; ssim: number }[] = [];
  for (const name of names) {
    const { reference, input } = superResolutionPair(luma(await readImage(`${folder}/${name}`)), scale);
    figures.push(superResolutionMetrics(reference, imresize(input, reference), scale));
  }
  const mean = (key: "psnr" | "ssim") => figures.reduce((sum, figure) => sum + figure[key], 0) / figures.length;
  return { names, figures, psnr: mean("psnr"), ssim: mean("ssim") };
}

const set5 = sharedData("data/Set5");
describe.skipIf(set5.missing)(`bicubic on Set5 as published${set5.note}`, () => {
  it.each([
    [2, 33.66, 0.9299],
    [3, 30.39, 0.8682],
    [4, 28.42, 0.8104],
  ])("x%i: %f dB, SSIM %f", async (scale, psnr, ssim) => {
    const measured = await bicubic(set5.path, scale);
    expect(Math.abs(measured.psnr - psnr)).toBeLessThan(0.02);
    expect(Math.abs(measured.ssim - ssim)).toBeLessThan(0.0005);
  });
  it("per picture, x2", async () => {
    const { names, figures } = await bicubic(set5.path, 2);
    expect(names).toEqual(["baby.png", "bird.png", "butterfly.png", "head.png", "woman.png"]);
    [37.07, 36.81, 27.43, 34.85, 32.14].forEach((psnr, index) => {
      expect(Math.abs(figures[index]!.psnr - psnr)).toBeLessThan(0.02);
    });
  });
});

const set14 = sharedData("data/Set14");
describe.skipIf(set14.missing)(`bicubic on Set14 as published${set14.note}`, () => {
  it("x3: 27.55 dB, SSIM .7742", async () => {
    const measured = await bicubic(set14.path, 3);
    expect(Math.abs(measured.psnr - 27.55)).toBeLessThan(0.02);
    // .0006 lower than published; borders and rounding of the input make no difference to that.
    expect(Math.abs(measured.ssim - 0.7742)).toBeLessThan(0.001);
  });
});

const reduced = sharedData("data/Set5_LR_matlab");
describe.skipIf(reduced.missing || set5.missing)(
  `older MATLAB, clamped borders, uint8 after each pass${reduced.note}`,
  () => {
    it.each([2, 3, 4])("x%i: every pixel of Set5 equals MATLAB's file", async (scale) => {
      for (const name of ["bird", "butterfly", "woman"]) {
        const picture = await readImage(`${set5.path}/${name}.png`);
        const wanted = await readImage(`${reduced.path}/${name}_x${scale}.png`);
        for (let channel = 0; channel < 3; channel++) {
          const plane = cropToMultiple(codesOf(picture, channel), scale);
          const { width, height } = plane;
          const tall = round(imresize(plane, { width, height: height / scale }, { borders: "clamp" }));
          const small = round(imresize(tall, { width: width / scale, height: height / scale }, { borders: "clamp" }));
          expect([small.width, small.height]).toEqual([wanted.width, wanted.height]);
          expect(Buffer.from(small.data).equals(codesOf(wanted, channel).data)).toBe(true);
        }
      }
    });
  },
);

function round({ width, height, data }: Plane<Float64Array>): Plane<Uint8ClampedArray> {
  return { width, height, data: new Uint8ClampedArray(data.map(Math.round)) };
}

function codesOf({ width, height, channels, data }: RasterImage, channel: number): Plane<Uint8Array> {
  const codes = new Uint8Array(width * height);
  for (let index = 0; index < codes.length; index++) codes[index] = data[index * channels + channel]!;
  return { width, height, data: codes };
}
