import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ConvsmithError } from "../core/errors.ts";
import { type RasterImage, readImage, writeImage } from "../data/node.ts";
import { Espcn, LeNet, upscaleImage } from "../models/node.ts";
import { writeWeights } from "../testing/write-weights.ts";
import { useWasm } from "./device.ts";
import { handler } from "./upscale.ts";
import { findWeights } from "./weights.ts";

const photo = fileURLToPath(new URL("../../photos/chelsea.png", import.meta.url));
let folder: string;
const at = (name: string) => join(folder, name);

function noise(width: number, height: number, channels: 1 | 2 | 3 | 4, bits: 8 | 16): RasterImage {
  const count = width * height * channels;
  const code = (_: unknown, index: number) => (Math.imul(index + 1, 2654435761) >>> 8) % (bits === 8 ? 256 : 65536);
  const data = bits === 8 ? Uint8Array.from({ length: count }, code) : Uint16Array.from({ length: count }, code);
  return { width, height, channels, bits, data };
}

const options = (more: object) => ({
  picture: at("rgb.png"),
  out: at("out/larger.png"),
  scale: 3,
  method: "espcn",
  weights: at("x3.safetensors"),
  json: false,
  threads: 1,
  ...more,
});

beforeAll(async () => {
  useWasm(1);
  folder = await mkdtemp(join(tmpdir(), "convsmith-upscale-"));
  await mkdir(at("out"));
  await mkdir(at("run"));
  await mkdir(at("empty"));
  await mkdir(at("taken.png"));
  await writeImage(at("rgb.png"), noise(21, 13, 3, 8));
  await writeImage(at("rgba.png"), noise(9, 8, 4, 16));
  await writeImage(at("grey.png"), noise(8, 11, 1, 8));
  await writeFile(at("cut.png"), (await readFile(photo)).subarray(0, 50_000));
  await writeFile(at("text.png"), "this is text");
  const network = new Espcn(3);
  await writeWeights(at("x3.safetensors"), network);
  await cp(at("x3.safetensors"), at("run/model.safetensors"));
  await writeFile(at("cut.safetensors"), (await readFile(at("x3.safetensors"))).subarray(0, 9000));
  await writeWeights(at("lenet.safetensors"), new LeNet(), { model: "lenet" });
  await writeWeights(at("unnamed.safetensors"), new LeNet());
  await writeWeights(at("x2.safetensors"), new Espcn(2));
  const values = await network.conv2.bias!.data();
  values[3] = Number.NaN;
  network.conv2.bias!.set(values);
  await writeWeights(at("nan.safetensors"), network);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What a command writes on stdout. */
async function printed(work: () => Promise<void>): Promise<string> {
  let text = "";
  const spy = vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    text += chunk;
    return true;
  });
  try {
    await work();
  } finally {
    spy.mockRestore();
  }
  return text;
}

describe("convsmith upscale", () => {
  it.each(["rgb.png", "rgba.png", "grey.png"])("%s by a network", async (name) => {
    const text = await printed(() => handler(options({ picture: at(name), json: true })));
    const input = await readImage(at(name));
    const { width, height } = { width: input.width * 3, height: input.height * 3 };
    const { channels, bits } = input;
    const facts = { input: at(name), output: at("out/larger.png"), width, height, channels, bits, scale: 3 };
    expect(JSON.parse(text)).toMatchObject({ ...facts, method: "espcn", weights: at("x3.safetensors") });
    const network = new Espcn(3);
    network.loadStateDict((await findWeights(at("run"))).weights);
    expect(await readImage(at("out/larger.png"))).toEqual(await upscaleImage(input, network, { scale: 3 }));
  });

  it("resamples, and reads a run's folder", async () => {
    await printed(() => handler(options({ method: "nearest", weights: undefined, scale: 2 })));
    expect(await readImage(at("out/larger.png"))).toEqual(
      await upscaleImage(await readImage(at("rgb.png")), "nearest", { scale: 2 }),
    );
    const text = await printed(() => handler(options({ weights: at("run"), out: at("out/larger.webp") })));
    expect(text).toMatch(/^.*rgb\.png \(21x13\) → .*larger\.webp \(63x39\) by espcn in \d+\.\d s\n$/);
  });

  it.each([
    ["scale 5", { scale: 5 }, "--scale must be 2, 3 or 4, got 5"],
    [
      "an unknown method",
      { method: "lanczos" },
      "--method must be one of espcn, bicubic, bilinear, nearest, got lanczos",
    ],
    ["weights that are not used", { method: "bicubic" }, "--weights are for --method espcn; bicubic has none"],
    ["no threads", { threads: 0 }, "--threads must be a whole number from 1 to 32, got 0"],
    ["a missing picture", { picture: "nowhere.png" }, "nowhere.png: cannot read: no such file or folder"],
    ["a folder as a picture", { picture: tmpdir() }, `${tmpdir()}: cannot read: it is a folder`],
    ["a truncated picture", { picture: "cut.png" }, "cut.png: the picture is truncated (at byte 50000)"],
    ["no picture", { picture: "text.png" }, "text.png: this is no PNG, JPEG or WebP picture (at byte 0)"],
    ["an output of another kind", { out: "out/larger.gif" }, "a picture's name must end in .png, .jpg, .jpeg, .webp"],
    ["transparency into a JPEG", { picture: "rgba.png", out: "out/a.jpg" }, "a JPEG holds no transparency"],
    ["an output folder that is missing", { out: "nowhere/a.png" }, "nowhere is no folder"],
    ["an output that is a folder", { out: "taken.png" }, "taken.png: cannot write"],
    ["NaN in the weights", { weights: "nan.safetensors" }, "nan.safetensors: conv2.bias holds NaN at element 3"],
    ["truncated weights", { weights: "cut.safetensors" }, "but the file ends at 9000"],
    [
      "a picture as weights",
      { weights: "rgb.png" },
      "rgb.png: is something else, and weights are read from a .safetensors, .pt or .pth file",
    ],
    ["missing weights", { weights: "nowhere.safetensors" }, "nowhere.safetensors: cannot read: no such file or folder"],
    ["a folder without a run", { weights: "empty" }, "empty: holds no model.safetensors, so it is no run's folder"],
    ["another network", { weights: "lenet.safetensors" }, "holds weights of lenet, not of espcn"],
    [
      "another network that does not say so",
      { weights: "unnamed.safetensors" },
      "missing conv3.weight, conv3.bias; unexpected fc1.weight, fc1.bias, fc2.weight, fc2.bias; conv1.weight needs shape [64, 1, 5, 5], got [20, 1, 5, 5]",
    ],
    [
      "another scale",
      { weights: "x2.safetensors" },
      "holds weights for scale 2, not 3. Use --scale 2, or other weights.",
    ],
    ["a model that there is not", { weights: "espcnx3" }, "espcnx3: there is no such model"],
  ])("refuses %s", async (_, wrong, message) => {
    const before = await readdir(folder, { recursive: true });
    // Names of this test's files, not of models.
    const placed = Object.entries(wrong).map(([name, value]) => {
      const isFile = typeof value === "string" && name !== "method" && value !== "espcnx3" && value !== tmpdir();
      return [name, isFile ? at(value) : value];
    });
    const error = await handler(options(Object.fromEntries(placed))).then(
      () => null,
      (thrown) => thrown,
    );
    expect(error).toBeInstanceOf(ConvsmithError);
    expect(error.message).toContain(message);
    expect(error.message).not.toContain("\n");
    expect(await readdir(folder, { recursive: true })).toEqual(before);
  });

  it("says when the weights that it comes with are missing", async () => {
    await expect(findWeights("espcn-x3", undefined, {}, folder)).rejects.toThrow(
      `espcn-x3: its weights are missing (${at("espcn-x3.safetensors")}). Name others, such as a run of convsmith train espcn --scale 3.`,
    );
    await expect(findWeights("espcn-x5", undefined, {}, folder)).rejects.toThrow("weights for scale 2, 3 and 4 only");
    await expect(findWeights("espcn")).rejects.toThrow("espcn: needs --scale 2, 3 or 4, or a name such as espcn-x3");
  });

  it("ends with one line and exit code 1", async () => {
    const main = fileURLToPath(new URL("main.ts", import.meta.url));
    const args = ["--import", "tsx", main, "upscale", at("rgb.png"), "--scale", "5", "-o", at("out/five.png")];
    const result = await promisify(execFile)(process.execPath, args).catch((error) => error);
    expect(result).toMatchObject({ code: 1, stdout: "", stderr: "convsmith: --scale must be 2, 3 or 4, got 5\n" });
  });
});
