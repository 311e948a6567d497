import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { callCli } from "../testing/call-cli.ts";
import { ticks } from "./line-chart.ts";
import { readSweep } from "./ranges.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convsmith-sweep-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const inputs = (input: string) => readSweep({ input }).combinations.map((each) => each.input);

test("ranges are those of the shell, and the last changes fastest", () => {
  expect(inputs("1x3x{160..320..80}")).toEqual(["1x3x160x160", "1x3x240x240", "1x3x320x320"]);
  expect(inputs("1x3x{8..6}x{1,5}")).toEqual([8, 7, 6].flatMap((y) => [`1x3x${y}x1`, `1x3x${y}x5`]));
  expect(inputs("1x3x{1..10..4}x7")).toEqual(["1x3x1x7", "1x3x5x7", "1x3x9x7"]);
  expect(inputs("{1,2}x9")).toEqual(["1x9", "2x9"]);
  const { axes, combinations } = readSweep({ input: "1x3x32x32", scale: "{2..4}", classes: "10" });
  expect(axes).toEqual([{ name: "scale", values: [2, 3, 4] }]);
  expect(combinations[2]).toEqual({ input: "1x3x32x32", scale: 4, classes: 10, at: [4] });
});

test("a sweep as JSON is what summaries of each size say", async () => {
  const { good, out } = await callCli("sweep", "espcn", "--input", "1x1x{16,32}", "--scale", "{2..3}", "--json");
  expect(good).toBe(true);
  const { axes, rows } = JSON.parse(out);
  expect(axes.map(({ name }: { name: string }) => name)).toEqual(["height and width", "scale"]);
  expect(rows).toHaveLength(4);
  for (const { at, parameters, flops, field, outputShape, memoryBytes, activationBytes } of rows) {
    const [size, scale] = at;
    const single = await callCli("summary", `espcn-x${scale}`, "--input", `1x1x${size}x${size}`, "--json");
    const { totals } = JSON.parse(single.out);
    expect({ parameters, flops, activationBytes }).toEqual({
      parameters: totals.parameters,
      flops: totals.flops,
      activationBytes: totals.activationBytes,
    });
    expect(outputShape).toEqual([1, 1, size * scale, size * scale]);
    expect(field).toBe(9);
    expect(memoryBytes).toBeGreaterThan(4 * parameters);
  }
});

test("a width multiplier holds for every row", async () => {
  const args = ["mobilenet_v2", "--width-multiplier", "0.5", "--json"];
  const { rows } = JSON.parse((await callCli("sweep", ...args, "--input", "1x3x{32,64}")).out);
  const { totals } = JSON.parse((await callCli("summary", ...args, "--input", "1x3x64x64")).out);
  expect(rows.map(({ parameters }: { parameters: number }) => parameters)).toEqual([1_968_680, 1_968_680]);
  expect([rows[1].parameters, rows[1].flops]).toEqual([totals.parameters, totals.flops]);
});

test("sizes that fail are rows that say why; bars are as long as the numbers", async () => {
  const { good, out } = await callCli("sweep", "espcn", "--input", "1x{1,3}x{16,32}x32");
  expect(good).toBe(true);
  const lines = out.split("\n");
  expect(lines[0]).toBe("espcn over channels, height");
  expect(lines[3]).toMatch(/^1×1×16×32 .* █{6} /);
  expect(lines[4]).toMatch(/^1×1×32×32 .* █{12} /);
  expect(lines[5]).toBe("1×3×16×32  ✗ conv1 (Conv2d 1→64, 5×5): needs 1 input channel");
});

test("CSV has a line for each size, with exact numbers", async () => {
  const { out } = await callCli("sweep", "vgg11", "--classes", "{10,1000}", "--input", "1x3x32x32", "--csv");
  const [head, ten, thousand, end] = out.split("\n");
  expect(head).toMatch(/^input,scale,classes,parameters,macs,flops,/);
  expect(ten).toMatch(/^1x3x32x32,,10,128807306,/);
  expect(thousand).toMatch(/^1x3x32x32,,1000,132863336,/);
  expect(end).toBe("");
});

test("charts as SVG, PNG and a page", async () => {
  const path = (name: string) => join(folder, name);
  const args = ["sweep", "espcn", "--input", "1x1x{16..32..8}", "--scale", "{2,4}"];
  for (const name of ["a.svg", "a.png", "a.html"]) {
    const { good, err } = await callCli(...args, "-o", path(name));
    expect(good).toBe(true);
    // A slow machine shows progress before.
    expect(err.endsWith(`Wrote ${path(name)}\n`)).toBe(true);
  }
  const svg = await readFile(path("a.svg"), "utf8");
  // FLOPs and memory, a curve for each scale, three points on each.
  expect(svg.match(/<polyline/g)).toHaveLength(4);
  expect(svg.match(/<circle/g)).toHaveLength(12);
  expect(svg).toContain(">scale 4</text>");
  const { width, height, format } = await sharp(path("a.png")).metadata();
  expect({ format, ratio: width / height }).toEqual({ format: "png", ratio: 920 / (44 + 20 + 310) });
  const page = await readFile(path("a.html"), "utf8");
  expect(page).toContain("espcn over height and width, scale");
  expect(page).toContain("1×1×24×24, scale 4");
});

test("ticks are round, and hold both ends", () => {
  expect(ticks(0, 7.4)).toEqual([0, 2, 4, 6, 8]);
  expect(ticks(0, 100)).toEqual([0, 20, 40, 60, 80, 100]);
  expect(ticks(0, 0.024)).toEqual([0, 0.005, 0.01, 0.015, 0.02, 0.025]);
});

test.each([
  { args: [], message: "sweep: needs a range in --input, --scale or --classes" },
  { args: ["--input", "1x1x{1..9999}"], message: "are 9,999 values, more than 200. Use a larger step" },
  { args: ["--input", "1x1x{1..20}x{1..20}"], message: "make 400 combinations, more than 200" },
  { args: ["--input", "1x1x{8..a}"], message: "--input: needs whole numbers from 1 and ranges such as" },
  { args: ["--input", "1x1x{0..8}"], message: "--input: needs whole numbers from 1" },
  { args: ["--input", "1x1x{8..16..0}"], message: "needs a step from 1" },
  { args: ["--input", "1x1x{8..9}", "--classes", "10"], message: "espcn: takes no --classes" },
  { args: ["--input", "1x1x{8..9}", "-o", "a.gif"], message: "--out must end in .html, .svg, .png, got a.gif" },
  // Before it computes: the options of the network are not looked at yet.
  {
    args: ["--input", "1x1x{8..9}", "--classes", "10", "-o", "no/such/a.svg"],
    message: "no/such/a.svg: cannot write: no/such is no folder",
  },
  { args: ["--input", "1x1x{8..9}", "--csv", "--json"], message: "--json or --csv, not both" },
])("one clear line: $message", async ({ args, message }) => {
  const { good, out, err } = await callCli("sweep", "espcn", ...args);
  expect([good, out]).toEqual([false, ""]);
  expect(err).toContain(message);
  expect(err.trim().split("\n")).toHaveLength(1);
});
