import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sharedData } from "../../test/shared-data.ts";
import { ConvsmithError, FileFormatError } from "../core/errors.ts";
import { parseIdx } from "./idx.ts";
import { isMnistFolder, loadMnist, readIdx } from "./mnist.ts";

function idx(shape: number[], data: ArrayLike<number>, type = 8): Uint8Array {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, type, shape.length]);
  for (const [axis, side] of shape.entries()) header.writeUInt32BE(side, 4 + 4 * axis);
  return Buffer.concat([header, Uint8Array.from(data)]);
}
const images = idx([3, 2, 2], [0, 255, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convsmith-mnist-"));
});
afterAll(() => rm(folder, { recursive: true }));
async function file(name: string, bytes: Uint8Array): Promise<string> {
  await writeFile(join(folder, name), bytes);
  return join(folder, name);
}

describe("idx files", () => {
  it("are read plain and compressed", async () => {
    const expected = { shape: [3, 2, 2], data: Uint8Array.of(0, 255, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10) };
    for (const path of [await file("a", images), await file("b", gzipSync(images))]) {
      const { shape, data } = await readIdx(path);
      expect({ shape, data: new Uint8Array(data) }).toEqual(expected);
    }
  });
  it.each([
    ["empty", [], "too short for an idx header"],
    ["no idx", [0x50, 0x4b, 3, 4, 5], "must start with two zero bytes"],
    ["another type", idx([1], [0, 0, 0, 0], 13), "got type 13 (at byte 2)"],
    ["no axes", [0, 0, 8, 0], "1 to 4 axes, got 0"],
    ["a header cut off", images.subarray(0, 9), "the idx header is truncated (at byte 9)"],
    ["an axis of 0", idx([3, 0], []), "must be positive"],
    ["a shape over all memory", idx([2 ** 31, 2 ** 31, 2 ** 31], []), "under 2 GiB"],
    ["too few values", images.subarray(0, 20), "is truncated: needs 28 bytes for shape [3, 2, 2], got 20 (at byte 20)"],
    ["too many values", [...images, 1], "has bytes after its end"],
  ])("refuses %s", (_, bytes, message) => {
    const read = () => parseIdx(Uint8Array.from(bytes), "some.idx");
    expect(read).toThrow(FileFormatError);
    expect(read).toThrow(message);
  });
  it("refuses damaged gzip, and never unpacks more than the header says", async () => {
    const packed = gzipSync(images);
    await expect(readIdx(await file("cut.gz", packed.subarray(0, packed.length - 9)))).rejects.toThrow("truncated");
    const damaged = Buffer.from(packed);
    damaged[packed.length - 6]! ^= 0xff;
    await expect(readIdx(await file("bad.gz", damaged))).rejects.toThrow(FileFormatError);
    const bomb = gzipSync(Buffer.concat([images, Buffer.alloc(50_000_000)]));
    await expect(readIdx(await file("bomb.gz", bomb))).rejects.toThrow("more than its header says");
    await expect(readIdx(join(folder, "none"))).rejects.toThrow("no such file");
  });
});

describe("loadMnist", () => {
  it("pairs pictures and labels, under either spelling of the names", async () => {
    await file("train-images-idx3-ubyte.gz", gzipSync(images));
    await file("train-labels.idx1-ubyte", idx([3], [7, 0, 2]));
    expect(await isMnistFolder(folder)).toBe(true);
    const set = await loadMnist(folder, "train", {});
    expect([set.length, set.inputShape, set.classes.length]).toEqual([3, [1, 2, 2], 10]);
    const input = new Float32Array(4);
    const target = set.createTarget(1);
    set.write(0, 0, 0, input, target);
    expect([...input, ...target]).toEqual([0, 1, Math.fround(1 / 255), Math.fround(2 / 255), 7]);
  });
  it("refuses files that do not belong together, or are missing", async () => {
    await file("t10k-images-idx3-ubyte", images);
    await expect(loadMnist(folder, "test")).rejects.toThrow("holds no t10k-labels-idx1-ubyte (or .gz)");
    await file("t10k-labels-idx1-ubyte", idx([2], [1, 2]));
    await expect(loadMnist(folder, "test")).rejects.toThrow("one label for each of 3 pictures, got [2]");
    await file("t10k-images-idx3-ubyte", idx([2], [1, 2]));
    await expect(loadMnist(folder, "test")).rejects.toThrow("pictures need 3 axes");
    await expect(loadMnist(join(folder, "none"), "test")).rejects.toThrow(ConvsmithError);
    await expect(isMnistFolder(tmpdir())).resolves.toBe(false);
  });
});

const mnist = sharedData("data/mnist");
describe.skipIf(mnist.missing)(`the test set${mnist.note}`, () => {
  it("has 10,000 pictures, 980 zeros, and about mean 0 and variance 1", async () => {
    const set = await loadMnist(mnist.path, "test");
    expect([set.length, set.inputShape]).toEqual([10_000, [1, 28, 28]]);
    expect(set.labels.filter((label) => label === 0).length).toBe(980);
    expect([...set.labels.subarray(0, 5)]).toEqual([7, 2, 1, 0, 4]);
    const input = new Float32Array(1000 * 784);
    const target = set.createTarget(1000);
    for (let index = 0; index < 1000; index++) set.write(index, 0, index, input, target);
    const mean = input.reduce((sum, value) => sum + value, 0) / input.length;
    const variance = input.reduce((sum, value) => sum + value * value, 0) / input.length - mean * mean;
    expect(Math.abs(mean)).toBeLessThan(0.1);
    expect(Math.abs(variance - 1)).toBeLessThan(0.1);
  });
});
