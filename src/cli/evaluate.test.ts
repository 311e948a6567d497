import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { sharedData } from "../../test/shared-data.ts";
import { ConvsmithError } from "../core/errors.ts";
import { luma, type RasterImage, readImage, writeImage } from "../data/node.ts";
import { Espcn, LeNet } from "../models/node.ts";
import { manualSeed } from "../tensor/index.ts";
import { writeWeights } from "../testing/write-weights.ts";
import { scoreSuperResolution } from "../training/node.ts";
import { useWasm } from "./device.ts";
import { handler } from "./evaluate.ts";

const set5 = sharedData("data/Set5");
let folder: string;
const at = (name: string) => join(folder, name);

function picture(width: number, height: number, seed: number): RasterImage {
  const code = (_: unknown, index: number) =>
    128 + 100 * Math.sin(seed + (index % (3 * width)) / 9) * Math.cos(index / width / 17);
  return { width, height, channels: 3, bits: 8, data: Uint8Array.from({ length: 3 * width * height }, code) };
}

const facts = { input: [1, 28, 28], mean: [0.1307], std: [0.3081], classes: ["dark", "light"] };

beforeAll(async () => {
  useWasm(1);
  folder = await mkdtemp(join(tmpdir(), "convsmith-evaluate-"));
  for (const each of ["pictures", "empty", "tiny", "classes/dark", "classes/light", "others/cat", "others/dog"]) {
    await mkdir(at(each), { recursive: true });
  }
  await writeImage(at("pictures/b10.png"), picture(50, 41, 1));
  await writeImage(at("pictures/b9.png"), picture(45, 60, 2));
  await writeImage(at("tiny/dot.png"), picture(12, 12, 3));
  for (const name of ["classes/dark/a", "classes/dark/b", "classes/light/a", "others/cat/a", "others/dog/a"]) {
    const data = new Uint8Array(28 * 28).fill(name.includes("light") ? 250 : 3);
    await writeImage(at(`${name}.png`), { width: 28, height: 28, channels: 1, bits: 8, data });
  }
  manualSeed(1);
  await writeWeights(at("x3.safetensors"), new Espcn(3), { model: "espcn", options: '{"scale":3}' });
  const lenet = new LeNet({ classes: 2 });
  // Always the first class.
  lenet.fc2.weight.set(new Float32Array(1000));
  lenet.fc2.bias!.set(Float32Array.of(1, 0));
  const training = JSON.stringify({ data: facts });
  await writeWeights(at("lenet.safetensors"), lenet, { model: "lenet", training });
  await writeWeights(at("module.safetensors"), lenet, { model: "module", training });
  await writeWeights(at("bare.safetensors"), lenet, { model: "lenet" });
  const hostile = { ...facts, input: [1, 1e9, 1e9] };
  await writeWeights(at("huge.safetensors"), lenet, { model: "lenet", training: JSON.stringify({ data: hostile }) });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function printed(options: Partial<Parameters<typeof handler>[0]>): Promise<string> {
  let text = "";
  const spy = vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    text += chunk;
    return true;
  });
  try {
    await handler({ model: at("x3.safetensors"), data: at("pictures"), threads: 1, json: true, ...options });
  } finally {
    spy.mockRestore();
  }
  return text;
}

describe("convsmith evaluate", () => {
  it("prints PSNR and SSIM of each picture and their means, beside bicubic", async () => {
    const network = new Espcn(3);
    manualSeed(1);
    network.loadStateDict(new Espcn(3).stateDict());
    const images = [];
    for (const name of ["b9.png", "b10.png"]) {
      const score = await scoreSuperResolution(network, luma(await readImage(at(`pictures/${name}`))), 3);
      images.push({ name, ...score });
    }
    const [a, b] = images;
    const mean = {
      psnr: (a!.psnr + b!.psnr) / 2,
      ssim: (a!.ssim + b!.ssim) / 2,
      bicubic: { psnr: (a!.bicubic.psnr + b!.bicubic.psnr) / 2, ssim: (a!.bicubic.ssim + b!.bicubic.ssim) / 2 },
    };
    expect(await printed({})).toBe(`${JSON.stringify({ images, mean })}\n`);
    expect(await printed({ json: false, scale: 3 })).toMatch(
      /^x3 +PSNR.*\n─+\nb9\.png .*\nb10\.png .*\nmean of 2 .*\nPSNR in dB, on Y\.\n$/,
    );
  });

  it.skipIf(set5.missing)(`finds bicubic's figures on Set5${set5.note}`, async () => {
    const { images, mean } = JSON.parse(await printed({ data: set5.path }));
    expect(images.map(({ name }: { name: string }) => name)).toHaveLength(5);
    expect(Math.abs(mean.bicubic.psnr - 30.39)).toBeLessThanOrEqual(0.02);
    expect(Math.abs(mean.bicubic.ssim - 0.8682)).toBeLessThanOrEqual(0.0005);
  });

  it("prints the accuracy of a classifier, class by class", async () => {
    expect(JSON.parse(await printed({ model: at("lenet.safetensors"), data: at("classes") }))).toEqual({
      accuracy: 200 / 3,
      classes: [
        { name: "dark", pictures: 2, accuracy: 100 },
        { name: "light", pictures: 1, accuracy: 0 },
      ],
      confusion: [
        [2, 0],
        [1, 0],
      ],
    });
    const text = await printed({ model: at("lenet.safetensors"), data: at("classes"), json: false });
    expect(text).toMatch(/all +3 +66\.67 %\n$/);
  });

  it.each([
    ["an empty folder", { data: "empty" }, "empty: holds no picture"],
    ["a missing folder", { data: "nowhere" }, "nowhere: cannot read: no such file or folder"],
    ["pictures that are too small", { data: "tiny" }, "dot.png: cannot be judged: ssim: needs at least 11x11 pixels"],
    ["another scale", { scale: 2 }, "holds weights for scale 3, not 2"],
    ["scale 5", { scale: 5 }, "--scale must be 2, 3 or 4, got 5"],
    [
      "other classes",
      { model: "lenet.safetensors", data: "others" },
      "has the classes cat, dog, and the network was trained for dark, light",
    ],
    ["no classes", { model: "lenet.safetensors", data: "pictures" }, "needs one subfolder of pictures per class"],
    ["weights without facts", { model: "bare.safetensors" }, "does not say on which pictures its network was trained"],
    ["facts that cannot be", { model: "huge.safetensors" }, "does not say on which pictures its network was trained"],
    ["to run code that only weights name", { model: "module.safetensors" }, "Name it: --module net.ts"],
  ])("refuses %s", async (_, wrong, message) => {
    const placed = Object.entries(wrong).map(([name, value]) => [name, typeof value === "string" ? at(value) : value]);
    const error = await printed(Object.fromEntries(placed)).then(
      () => null,
      (thrown) => thrown,
    );
    expect(error).toBeInstanceOf(ConvsmithError);
    expect(error.message).toContain(message);
    expect(error.message).not.toContain("\n");
  });
});
