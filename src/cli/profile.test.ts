import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import stringWidth from "string-width";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Profile } from "../analysis/index.ts";
import { callCli } from "../testing/call-cli.ts";
import { profileText } from "./profile-text.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "profile-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const espcn = ["profile", "espcn", "--input", "1x1x24x24", "--runs", "2", "--threads", "1"];

test("profile: a table, JSON and both pictures", async () => {
  const svg = join(folder, "roofline.svg");
  const { good, out } = await callCli(...espcn, "--json", "-o", svg);
  expect(good).toBe(true);
  const profile: Profile = JSON.parse(out);
  expect(profile.rows.map(({ layer }) => layer)).toEqual(expect.arrayContaining(["conv1", "conv2", "conv3"]));
  expect(await readFile(svg, "utf8")).toMatch(/^<svg xmlns.*[\s\S]*<\/svg>\n$/);
  const png = join(folder, "roofline.png");
  const shown = await callCli(...espcn, "--train", "-o", png);
  expect(shown.out).toMatch(/^Espcn on \[1, 1, 24, 24\], training\nlayer .* ms +time /);
  expect(shown.out).toMatch(/total [\d.]+ ms, [\d,]+ FLOPs, [\d.]+ GFLOP\/s: [\d.]+ % of the peak/);
  expect(shown.out).toMatch(/conv\d has [\d.]+ % of the FLOPs and [\d.]+ % of the time\n$/);
  expect(await sharp(png).metadata()).toMatchObject({ format: "png", width: 2160, height: 1440 });
  for (const width of [60, 80, 100, 160, 250]) {
    const lines = profileText(profile, width).split("\n");
    const table = lines.slice(1, lines.indexOf(""));
    for (const line of lines) expect(stringWidth(line), line).toBeLessThanOrEqual(width);
    expect(table).toHaveLength(profile.rows.length + 2);
  }
  expect(profileText({ ...profile, noisy: true })).toContain("the machine was busy");
  expect(profileText({ ...profile, noisy: false })).not.toContain("busy");
});

test.each([
  { args: ["--threads", "0"], message: "--threads must be a whole number from 1 to 32, got 0" },
  { args: ["--threads", "33"], message: "--threads must be a whole number from 1 to 32, got 33" },
  { args: ["--threads", "two"], message: "--threads must be a number, got two" },
  { args: ["--runs=abc"], message: "--runs must be a number, got abc" },
  { args: ["--runs", "0"], message: "--runs must be a whole number from 1, got 0" },
  { args: ["--runs", "2.5"], message: "--runs must be a whole number from 1, got 2.5" },
  { args: ["-o", "roofline.jpg"], message: "roofline.jpg: a roofline is written as .svg or .png" },
  { args: ["-o", "no/such/folder/roofline.svg"], message: "cannot write: no/such/folder is no folder" },
  { args: ["--input", "1x3x8x8"], message: "conv1 (Conv2d 1→64, 5×5): needs 1 input channel" },
  { args: ["--input", "8"], message: "conv1" },
])("one clear line: $message", async ({ args, message }) => {
  const { good, out, err } = await callCli(...espcn, ...args);
  expect([good, out]).toEqual([false, ""]);
  expect(err).toContain(message);
  expect(err.trim().split("\n")).toHaveLength(1);
});
