import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fitPicture, readImage, writeImage } from "../data/node.ts";
import {
  parseNpy,
  readRegular,
  readSafetensors,
  safetensorsFromFloat32,
  serializeNpy,
  toFloat32,
} from "../formats/node.ts";
import { LeNet } from "../models/node.ts";
import { manualSeed } from "../tensor/index.ts";
import { callCli } from "../testing/call-cli.ts";
import { writeWeights } from "../testing/write-weights.ts";

let folder = "";
const at = (name: string) => join(folder, name);
const cat = "photos/chelsea.png";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convsmith-"));
  const source = (body: string) =>
    `import * as nn from "convsmith/nn";\nexport const input = [3, 8, 10] as const;\nexport default class Net extends nn.Module {\n  conv = new nn.Conv2d(3, 3, 1);\n  forward(x: any) {\n    ${body}\n  }\n}\n`;
  await writeFile(at("net.ts"), source("return this.conv.forward(x);"));
  await writeFile(at("throws.ts"), source("return this.conv.forward(x.foo.bar);"));
  const eye = Float32Array.from({ length: 9 }, (_, index) => (index % 4 === 0 ? 1 : 0));
  const { writeSafetensors } = await import("../formats/node.ts");
  const weights = {
    "conv.weight": safetensorsFromFloat32(eye, [3, 3, 1, 1]),
    "conv.bias": safetensorsFromFloat32([0, 0, 0], [3]),
  };
  await writeSafetensors(at("eye.safetensors"), new Map(Object.entries(weights)));
  const shifted = { ...weights, "conv.bias": safetensorsFromFloat32([0, 0, 1], [3]) };
  await writeSafetensors(at("shifted.safetensors"), new Map(Object.entries(shifted)));
  manualSeed(1);
  await writeWeights(at("lenet.safetensors"), new LeNet({ classes: 10 }));
  await writeImage(at("dot.png"), { width: 1, height: 1, channels: 1, bits: 8, data: Uint8Array.of(9) });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...more: string[]) => callCli("run", at("net.ts"), "--weights", at("eye.safetensors"), ...more);

it("takes a picture as torchvision's Resize, CenterCrop and Normalize give it", async () => {
  const more = ["--size", "32", "--crop", "8x10", "--mean", "0.5,0.25,0", "--std", "2", "-o", at("y.npy")];
  const { good, out, err } = await run("--input", cat, ...more);
  expect(good, err).toBe(true);
  expect(out).toContain("picture: colour, resized to 32, cut to 8×10, mean 0.5, 0.25, 0, std 2, 2, 2\n");
  const { codes } = fitPicture(await readImage(cat), 3, { resize: 32, crop: [8, 10] });
  const y = parseNpy(await readRegular(at("y.npy")), "y");
  const expected = Array.from(codes, (code, index) => (code / 255 - [0.5, 0.25, 0][Math.floor(index / 80)]!) / 2);
  expect(Math.max(...toFloat32(y).map((value, index) => Math.abs(value - expected[index]!)))).toBeLessThan(1e-6);
});

it("takes a picture as it is, and writes one", async () => {
  const { good, err } = await run("--input", cat, "-o", at("same.png"));
  expect(good, err).toBe(true);
  expect((await readImage(at("same.png"))).data).toEqual((await readImage(cat)).data);
});

it("gives a grey network a grey picture", async () => {
  const { good, out, err } = await callCli(
    "run",
    at("lenet.safetensors"),
    "--input",
    cat,
    "--size",
    "28",
    "--top",
    "1",
    "--json",
  );
  expect(good, err).toBe(true);
  expect(JSON.parse(out)).toMatchObject({
    picture: "grey, resized to 28, cut to 28×28, mean 0, std 1",
    classes: [[{}]],
  });
});

it.each([
  [
    "a size that is none",
    () => ["--input", cat, "--size", "8xwide"],
    /--size must be pixels, such as 224 or 224x320, got 8xwide/,
  ],
  [
    "a crop that is too large",
    () => ["--input", cat, "--size", "8", "--crop", "9"],
    /can't cut 9x9 out of a picture of 8x12/,
  ],
  ["two means", () => ["--input", cat, "--mean", "1,2"], /--mean must be one or three numbers/],
  ["a std of 0", () => ["--input", cat, "--std", "0"], /--std must be one or three numbers above 0/],
  ["no picture", () => ["--input", at("eye.safetensors"), "--size", "8"], /--size is for a picture, and --input is/],
  ["a picture of no picture", () => ["--input", at("dot.png"), "-o", at("none/y.png")], /is no folder/],
  [
    "another ending",
    () => ["--input", "net.ts"],
    /--input must be a \.npy or \.safetensors file with the numbers, or a picture/,
  ],
])("refuses in one line: %s", async (_, args, message) => {
  const { good, err } = await run(...args());
  expect(good).toBe(false);
  expect(err.trim().split("\n")).toHaveLength(1);
  expect(err).toMatch(message);
});

it("refuses to write classes as a picture, and names the layer whose forward throws", async () => {
  const classes = await callCli("run", at("lenet.safetensors"), "--input", cat, "--size", "28", "-o", at("y.png"));
  expect(classes.err).toMatch(/y\.png: the output \[1, 10\] is no picture/);
  for (const args of [
    ["run", at("throws.ts"), "--weights", at("eye.safetensors"), "--input", cat],
    ["field", at("throws.ts"), "--layer", "conv", "-o", at("f.png")],
  ]) {
    const { good, err } = await callCli(...args);
    expect(good).toBe(false);
    expect(err).toMatch(/^convsmith: Net: its forward threw TypeError: [^\n]*bar[^\n]*\n$/);
  }
});

it("compares two networks, and fails where they are too far apart", async () => {
  const both = (...more: string[]) =>
    callCli("compare", at("net.ts"), at("net.ts"), "--weights", at("eye.safetensors"), ...more);
  const same = await both("--input", "1x3x4x4");
  expect(same.good, same.err).toBe(true);
  expect(same.out).toContain(
    "1 layers matched by name\noutput: largest difference 0, relative 0, within the tolerance",
  );
  const other = await both("--other-weights", at("shifted.safetensors"), "--input", cat, "--size", "8");
  expect(other.good).toBe(false);
  expect(other.out).toMatch(/^conv +conv +1×3×8×8 +1\.00e\+0 .*◀ first over the tolerance$/m);
  expect(other.err).toMatch(/the outputs differ by .*, more than 0\.0001\. The first layer that differs is conv/);
  const within = await both(
    "--other-weights",
    at("shifted.safetensors"),
    "--input",
    "1x3x4x4",
    "--tolerance",
    "9",
    "--json",
  );
  expect(JSON.parse(within.out)).toMatchObject({ agrees: true, firstDifference: null, matchedBy: "name" });
  expect((await callCli("compare", "resnet18", "resnet34")).err).toMatch(/resnet18: has no weights of its own/);
});

it("converts to .npy and half numbers, with every --rename in its order", async () => {
  const to = at("half.safetensors");
  const { good, err } = await callCli(
    "convert",
    at("eye.safetensors"),
    to,
    "--dtype",
    "f16",
    "--rename",
    "conv->a",
    "--rename=a->b.c",
  );
  expect(good, err).toBe(true);
  const { tensors } = await readSafetensors(to);
  expect([...tensors].map(([name, { dtype }]) => [name, dtype])).toEqual([
    ["b.c.weight", "F16"],
    ["b.c.bias", "F16"],
  ]);
  await writeFile(at("x.npy"), serializeNpy(safetensorsFromFloat32([1, 2], [2])));
  expect((await callCli("convert", at("x.npy"), at("x.safetensors"), "--rename", "array->x")).out).toContain(
    "1 tensor, 8 bytes",
  );
  expect((await callCli("convert", at("x.safetensors"), at("z.npy"), "--dtype", "f16")).good).toBe(true);
  expect(parseNpy(await readRegular(at("z.npy")), "z").dtype).toBe("F16");
  expect((await callCli("convert", at("eye.safetensors"), at("z.npy"))).err).toMatch(
    /holds 2 tensors, and a \.npy file one/,
  );
});
