import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ArgumentError, ConvsmithError, FileFormatError, ShapeError } from "../core/errors.ts";
import { decodeImage, readImage, writeImage } from "./image.ts";
import type { RasterImage } from "./raster.ts";

const photo = (name: string) => fileURLToPath(new URL(`../../photos/${name}`, import.meta.url));
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convsmith-image-"));
});
afterAll(() => rm(folder, { recursive: true }));

function pattern(channels: RasterImage["channels"], bits: 8 | 16, width = 19, height = 13): RasterImage {
  const codes = Array.from({ length: width * height * channels }, (_, index) => (index * 40503) % 2 ** bits);
  return { width, height, channels, bits, data: bits === 8 ? Uint8Array.from(codes) : Uint16Array.from(codes) };
}
const meanError = (a: RasterImage, b: RasterImage) =>
  Array.from(a.data).reduce((sum: number, code: number, index: number) => sum + Math.abs(code - b.data[index]!), 0) /
  a.data.length;

describe("readImage and writeImage", () => {
  const shapes = ([1, 2, 3, 4] as const).flatMap((channels) =>
    ([8, 16] as const).map((bits) => [channels, bits] as const),
  );
  it.each(shapes)("PNG keeps every code of %i channels, %i bits", async (channels, bits) => {
    const path = join(folder, `exact-${channels}-${bits}.png`);
    const image = pattern(channels, bits);
    await writeImage(path, image);
    expect(await readImage(path)).toEqual(image);
  });

  it.each(["jpg", "jpeg", "webp", "JPG"])("%s is lossy but close, and 8 bits", async (ending) => {
    const chelsea = await readImage(photo("chelsea.png"));
    const deep: RasterImage = { ...chelsea, bits: 16, data: Uint16Array.from(chelsea.data, (code) => code * 257) };
    const path = join(folder, `lossy.${ending}`);
    await writeImage(path, deep);
    const back = await readImage(path);
    expect([back.width, back.height, back.channels, back.bits]).toEqual([451, 300, 3, 8]);
    expect(meanError(back, chelsea)).toBeLessThan(3);
    await writeImage(path, deep, { quality: 5 });
    expect(meanError(await readImage(path), chelsea)).toBeGreaterThan(3);
  });

  it("a grey picture stays grey in a JPEG", async () => {
    const path = join(folder, "grey.jpg");
    await writeImage(path, pattern(1, 8));
    expect((await readImage(path)).channels).toBe(1);
  });

  it("reads the photos", async () => {
    const camera = await readImage(photo("camera.png"));
    expect([camera.width, camera.height, camera.channels, camera.bits]).toEqual([512, 512, 1, 8]);
    const rocket = await readImage(photo("rocket.jpg"));
    expect([rocket.width, rocket.height, rocket.channels]).toEqual([640, 427, 3]);
  });

  it("turns a picture upright", async () => {
    const bytes = await sharp(Uint8Array.of(0, 85, 170, 255, 20, 40), { raw: { width: 3, height: 2, channels: 1 } })
      .toColourspace("b-w")
      .withMetadata({ orientation: 6 })
      .png()
      .toBuffer();
    const upright = await decodeImage(bytes, "turned.png");
    const red = [...upright.data].filter((_, index) => index % upright.channels === 0);
    expect([upright.width, upright.height, red]).toEqual([2, 3, [255, 0, 20, 85, 40, 170]]);
  });

  it("expands palettes", async () => {
    const red = await sharp({ create: { width: 4, height: 4, channels: 3, background: "#ff0000" } })
      .png({ palette: true })
      .toBuffer();
    const image = await decodeImage(red, "palette.png");
    expect([image.channels, image.data[0], image.data[1], image.data[2]]).toEqual([3, 255, 0, 0]);
  });
});

describe("bad pictures", () => {
  it.each(["png", "jpg", "webp"])("every truncation of a %s file is refused", async (ending) => {
    const path = join(folder, `whole.${ending}`);
    await writeImage(path, pattern(3, 8));
    const whole = await readFile(path);
    for (let length = 0; length < whole.length; length += length < 60 || length > whole.length - 20 ? 1 : 29) {
      await expect(decodeImage(whole.subarray(0, length), "cut")).rejects.toThrow(FileFormatError);
    }
    await expect(decodeImage(whole, "whole")).resolves.toBeDefined();
  });

  it("refuses what is no picture, naming the file", async () => {
    const path = join(folder, "notes.png");
    await writeFile(path, "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>");
    await expect(readImage(path)).rejects.toThrow(`${path}: this is no PNG, JPEG or WebP picture`);
    await writeFile(path, "");
    await expect(readImage(path)).rejects.toThrow("the file is empty");
  });

  it("refuses sides that no memory holds, before allocating", async () => {
    const path = join(folder, "bomb.png");
    await writeImage(path, pattern(1, 8));
    const bytes = await readFile(path);
    bytes.writeUInt32BE(1_000_000, 16);
    bytes.writeUInt32BE(1_000_000, 20);
    await expect(decodeImage(bytes, "bomb.png")).rejects.toThrow(FileFormatError);
  });

  it("says what a missing file or a folder is", async () => {
    await expect(readImage(join(folder, "nowhere.png"))).rejects.toThrow("no such file or folder");
    await expect(readImage(folder)).rejects.toThrow("it is a folder");
  });
});

describe("writing that fails leaves nothing behind", () => {
  it("an unwritable place", async () => {
    const inside = join(folder, "unwritable");
    await mkdir(join(inside, "taken.png"), { recursive: true });
    await expect(writeImage(join(inside, "none", "a.png"), pattern(1, 8))).rejects.toThrow("no such file or folder");
    await expect(writeImage(join(inside, "taken.png"), pattern(1, 8))).rejects.toThrow(ConvsmithError);
    expect(await readdir(inside)).toEqual(["taken.png"]);
  });

  it("a wrong ending, transparency in a JPEG, a picture too wide for WebP, wrong sizes", async () => {
    const inside = join(folder, "refused");
    await mkdir(inside);
    await expect(writeImage(join(inside, "a.gif"), pattern(3, 8))).rejects.toThrow("must end in .png, .jpg");
    await expect(writeImage(join(inside, "a.jpg"), pattern(4, 8))).rejects.toThrow(ArgumentError);
    await expect(writeImage(join(inside, "a.webp"), pattern(3, 8, 20_000, 1))).rejects.toThrow(
      "at most 16383 pixels, got 20000x1",
    );
    await expect(writeImage(join(inside, "a.png"), { ...pattern(3, 8), width: 20 })).rejects.toThrow(ShapeError);
    expect(await readdir(inside)).toEqual([]);
  });
});
