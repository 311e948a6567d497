import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConvsmithError, FileFormatError } from "../core/errors.ts";
import { writeImage } from "./image.ts";
import { listImageClasses, listImages, loadImageFolder } from "./image-folder.ts";
import type { RasterImage } from "./raster.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convsmith-folder-"));
});
afterAll(() => rm(folder, { recursive: true }));

const flat = (width: number, height: number, r: number, g: number, b: number): RasterImage => {
  const data = new Uint8Array(3 * width * height).map((_, index) => [r, g, b][index % 3]!);
  return { width, height, channels: 3, bits: 8, data };
};
async function folders(name: string, ...inside: string[]): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  for (const child of inside) await mkdir(join(path, child));
  return path;
}

describe("listImages", () => {
  it("lists pictures in natural order and nothing else", async () => {
    const path = await folders("list", "deep.png");
    for (const name of ["b10.png", "b2.PNG", "a.webp", "notes.txt", ".hidden.png", "c.jpeg"])
      await writeFile(join(path, name), "");
    expect((await listImages(path)).map((file) => basename(file))).toEqual(["a.webp", "b2.PNG", "b10.png", "c.jpeg"]);
  });
  it("says what is wrong with a folder", async () => {
    const empty = await folders("empty");
    await expect(listImages(empty)).rejects.toThrow(`${empty}: holds no picture (.png, .jpg, .jpeg, .webp)`);
    await expect(listImages(join(folder, "none"))).rejects.toThrow("no such file or folder");
    await writeFile(join(folder, "file"), "");
    await expect(listImages(join(folder, "file"))).rejects.toThrow(ConvsmithError);
  });
});

describe("class folders", () => {
  it("load as codes with labels, at one size", async () => {
    const path = await folders("classes", "red", "blue");
    await writeImage(join(path, "red", "1.png"), flat(9, 5, 200, 0, 0));
    await writeImage(join(path, "red", "2.png"), flat(4, 4, 100, 0, 0));
    await writeImage(join(path, "blue", "1.png"), flat(30, 40, 0, 0, 255));
    expect((await listImageClasses(path)).samples.map((sample) => sample.label)).toEqual([0, 1, 1]);
    const seen: number[] = [];
    const onProgress = (done: number) => seen.push(done);
    const set = await loadImageFolder(path, { width: 4, height: 6, onProgress });
    expect([set.classes, [...set.labels], set.inputShape, seen]).toEqual([
      ["blue", "red"],
      [0, 1, 1],
      [3, 6, 4],
      [1, 2, 3],
    ]);
    const input = new Float32Array(72);
    set.write(1, 0, 0, input, set.createTarget(1));
    expect([input[0], input[23], input[24], input[71]]).toEqual([Math.fround(200 / 255), Math.fround(200 / 255), 0, 0]);
  });
  it("refuse too few classes, an empty class, a bad picture", async () => {
    await expect(listImageClasses(await folders("one", "a"))).rejects.toThrow("two classes or more, got 1");
    const path = await folders("two", "a", "b");
    await writeImage(join(path, "a", "1.png"), flat(2, 2, 1, 2, 3));
    await expect(listImageClasses(path)).rejects.toThrow(`${join(path, "b")}: holds no picture`);
    await writeFile(join(path, "b", "1.png"), "text");
    await expect(loadImageFolder(path, { width: 2, height: 2 })).rejects.toThrow(FileFormatError);
    await expect(loadImageFolder(path, { width: 2 ** 20, height: 2 ** 20 })).rejects.toThrow("2 GiB");
  });
});
