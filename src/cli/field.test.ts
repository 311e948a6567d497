import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readImage, writeImage } from "../data/node.ts";
import { safetensorsFromFloat32, writeSafetensors } from "../formats/node.ts";
import { callCli } from "../testing/call-cli.ts";
import { fitted } from "./field-legend.ts";
import { viridis } from "./viridis.ts";

let folder = "";
const path = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convsmith-field-"));
  const codes = Uint8Array.from({ length: 30 * 20 * 3 }, (_, at) => (at * 37) % 256);
  await writeImage(path("small.png"), { width: 30, height: 20, channels: 3, bits: 8, data: codes });
  await writeFile(path("broken.png"), "no picture");
  const network = (layers: string) =>
    `import { nn } from "convsmith";\nexport default () => new nn.Sequential(${layers});\n`;
  await writeFile(path("net.ts"), network("new nn.Conv2d(2, 3, 3, { padding: 1, stride: 2 }), new nn.Conv2d(3, 1, 3)"));
  await writeFile(path("gaps.ts"), network("new nn.ConvTranspose2d(1, 1, 1, { stride: 2 })"));
  await writeFile(path("flat.ts"), network("new nn.Flatten(), new nn.Linear(16, 2)"));
  const weight = safetensorsFromFloat32(new Float32Array(54).fill(0), [3, 2, 3, 3]);
  const bias = (count: number) => safetensorsFromFloat32(new Float32Array(count), [count]);
  const last = safetensorsFromFloat32(new Float32Array(27).fill(1), [1, 3, 3, 3]);
  const zeros = [
    ["0.weight", weight],
    ["0.bias", bias(3)],
    ["1.weight", last],
    ["1.bias", bias(1)],
  ] as const;
  await writeSafetensors(path("zeros.safetensors"), new Map(zeros));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const call = (...args: string[]) => callCli("field", ...args, "--threads", "1");

/** Red, green and blue of a pixel. */
async function pixelsOf(name: string) {
  const { width, height, channels, data } = await readImage(path(name));
  return { width, height, at: (x: number, y: number) => [...data.subarray((y * width + x) * channels).subarray(0, 3)] };
}

test("the figures as text, and a picture", async () => {
  const { good, out } = await call(
    path("net.ts"),
    "--input",
    "1x2x16x16",
    "--layer",
    "1",
    "--at",
    "0,2",
    "-o",
    path("net.png"),
  );
  expect(good).toBe(true);
  expect(out).toContain("1 (Conv2d 3→1, 3×3), position 0,2 of 6x6\n");
  expect(out).toMatch(/field +7x7, stride 2\n/);
  expect(out).toMatch(/rows +-1 to 5, centre 2, inside the input 0 to 5\n/);
  expect(out).toMatch(/columns +3 to 9, centre 6\n/);
  expect(out).toMatch(/padding +14\.3 % of the field's area\n/);
  expect(out).toMatch(/depends on +42 of 256 pixels\n/);
  expect(out).toMatch(/effective +90 % of the gradient within [\d.]+ pixels of row/);
  expect(out).toContain("random weights (seed 0), 8 random inputs");
  const picture = await pixelsOf("net.png");
  expect(picture.width).toBeGreaterThanOrEqual(760);
});

test("where the outline and the heat are drawn", async () => {
  await call(path("net.ts"), "--input", "1x2x16x16", "--layer", "1", "--at", "0,2", "-o", path("net.png"));
  const { at } = await pixelsOf("net.png");
  // 17 rows with the one in the padding: 45 pixels each, from 16 on; the columns lie in the middle of 760.
  const [x, y] = [(column: number) => 20 + 45 * column, (row: number) => 16 + 45 * (row + 1)];
  const fieldColour = [0xd5, 0x5e, 0x00];
  expect(at(x(3), y(2))).toEqual(fieldColour);
  expect(at(x(10), y(2))).toEqual(fieldColour);
  expect(at(x(6), y(6))).toEqual(fieldColour);
  expect(at(x(6), y(-1))).toEqual(fieldColour);
  // Heat inside, the checked grey ground outside.
  const isGrey = ([red, green, blue]: number[]) => red === green && green === blue;
  expect(isGrey(at(x(9) + 20, y(5) + 20))).toBe(false);
  expect(isGrey(at(x(10) + 20, y(5) + 20))).toBe(true);
});

test("as JSON, and nothing else on stdout: the shipped weights, on a picture", async () => {
  const args = ["espcn-x2", "--input", "1x1x12x18", "--image", path("small.png"), "-o", path("espcn.webp"), "--json"];
  const { good, out } = await call(...args);
  expect(good).toBe(true);
  const result = JSON.parse(out);
  expect(result).toMatchObject({ weights: "espcn-x2", draws: 1, position: [11, 17], rows: [1, 9], columns: [4, 12] });
  expect(result.field.height).toMatchObject({ size: 9, stride: 0.5 });
  expect(result.seen).toEqual({ rows: [1, 9], columns: [4, 12], pixels: 81 });
  expect(result.paths).toHaveLength(1);
  expect(result.effective.circle.radius).toBeLessThan(6);
});

test("the same seed, the same bytes", async () => {
  const draw = async (name: string, seed: string) => {
    await call("espcn-x2", "--input", "1x1x9x9", "-o", path(name), "--seed", seed, "--draws", "2");
    return Buffer.from((await readImage(path(name))).data);
  };
  const first = await draw("a.png", "4");
  expect((await draw("b.png", "4")).equals(first)).toBe(true);
  expect((await draw("c.png", "5")).equals(first)).toBe(false);
});

test("weights of a file; no gradient at all; a position between the taps", async () => {
  const zeros = ["--weights", path("zeros.safetensors"), "-o", path("zeros.png")];
  const none = await call(path("net.ts"), "--input", "1x2x16x16", ...zeros);
  expect(none.out).toContain("no gradient reaches the input");
  expect(none.out).toContain("weights of ");
  const gaps = await call(path("gaps.ts"), "--input", "1x1x4x4", "--at", "1,1", "-o", path("gaps.png"));
  expect(gaps.out).toMatch(/rows +none: the position lies between the taps/);
  expect(gaps.out).toMatch(/depends on +0 of 16 pixels/);
});

const net = ["net.ts", "--input", "1x2x16x16"];

describe("one clear line", () => {
  test.each([
    { args: [...net, "--layer", "conv1"], message: "Sequential has no layer conv1. Close are " },
    {
      args: [...net, "--at", "6,0"],
      message: "1 (Conv2d 3→1, 3×3): position 6,0 is outside of its output of 6x6. Rows go from 0",
    },
    { args: [...net, "--at", "middle"], message: "--at must be a row and a column such as 3,3, got middle" },
    { args: [...net, "--draws", "0"], message: "--draws must be a whole number from 1, got 0" },
    { args: [...net, "--seed", "x"], message: "--seed must be a number, got x" },
    {
      args: [...net, "--image", "small.png"],
      message: "--image: a picture has 1 or 3 channels, and the network's input has 2",
    },
    { args: ["espcn", "--input", "1x1x9x9", "--image", "broken.png"], message: "this is no PNG, JPEG or WebP picture" },
    { args: ["espcn", "--input", "1x1x9x9", "--image", "none.png"], message: "none.png: cannot read: no such file" },
    {
      args: ["flat.ts", "--input", "1x1x4x4", "--layer", "1"],
      message: "1 (Linear 16→2): has no height and width, its output is 1x2",
    },
    { args: [...net, "--weights", "none.safetensors"], message: "none.safetensors: cannot read" },
    { args: [...net, "-o", "none/field.png"], message: "none is no folder" },
    { args: [...net, "-o", "field.gif"], message: "a picture's name must end in" },
  ])("$message", async ({ args, message }) => {
    const full = args.map((each) => (/\.(ts|png|gif|safetensors)$/.test(each) ? path(each) : each));
    const { good, out, err } = await call(...full, ...(args.includes("-o") ? [] : ["-o", path("never.png")]));
    expect([good, out]).toEqual([false, ""]);
    expect(err).toContain(message);
    expect(err.trim().split("\n")).toHaveLength(1);
    await expect(stat(path("never.png"))).rejects.toThrow("ENOENT");
    expect((await readdir(folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});

test("viridis grows brighter all the way", () => {
  const brightness = Array.from({ length: 101 }, (_, at) => {
    const [red, green, blue] = viridis(at / 100);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  });
  for (let at = 1; at < brightness.length; at++) expect(brightness[at]).toBeGreaterThanOrEqual(brightness[at - 1]!);
  expect([viridis(-1), viridis(2)]).toEqual([
    [0x44, 0x01, 0x54],
    [0xfd, 0xe7, 0x25],
  ]);
});

test("a line of the legend that is too long loses its middle", () => {
  expect(fitted("net.onnx, conv", 14)).toBe("net.onnx, conv");
  expect(fitted("/home/me/net.onnx, conv, position 3,4", 21.5)).toBe("/home/me/n…sition 3,4");
});
