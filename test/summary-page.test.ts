import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Network, networkGraph } from "../src/analysis/index.ts";
import { renderSummaryPage } from "../src/cli/summary-page/render-summary-page.ts";
import { models, nn, summarize } from "../src/index.ts";
import { launchChromium } from "./chromium.ts";

const others = { bufferBytes: 0, gradientBytes: 0, optimizerBytes: 0, keptBytes: 0 };
const run = { arenaBytes: 4e6, parameterBytes: 1e6, ...others };
const timeline = [1e6, 4e6, 2e6].map((liveBytes) => ({ layer: "conv1", kernel: "conv2d", liveBytes }));
const inference = { ...run, totalBytes: 5e6, timeline, peak: { step: 1 } };
const training = { ...inference, loss: "MSELoss", optimizer: "Adam" };
const memory = { device: "wasm", threads: 2, inference, training, trainingError: null };

function pageOf(title: string, network: Network, shape: readonly number[]): string {
  const summary = summarize(network, shape, { partial: true });
  const flat = summarize(network, shape, { partial: true, rows: "ops" });
  return renderSummaryPage({ title, summary, flat, graph: networkGraph(network, shape), memory });
}

const googlenet = models.createModel("googlenet").network as Network;
const failing = new nn.Sequential({
  stem: new nn.Sequential(new nn.Conv2d(1, 4, 3), new nn.ReLU()),
  head: new nn.Conv2d(5, 2, 3),
});
const pages = {
  googlenet: () => pageOf("googlenet", googlenet, [1, 3, 64, 64]),
  failing: () => pageOf("failing", failing, [1, 1, 16, 16]),
};

let browser: Browser;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "convsmith-summary-"));
  for (const [name, html] of Object.entries(pages)) writeFileSync(join(folder, `${name}.html`), html());
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

async function open(name: keyof typeof pages, width = 1280, colorScheme: "light" | "dark" = "light") {
  const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => problems.push(message.text()));
  page.on("request", (request) => {
    if (!/^(data|file):/.test(request.url())) problems.push(request.url());
  });
  await page.goto(pathToFileURL(join(folder, `${name}.html`)).href);
  return { page, problems };
}

test.each([
  ["googlenet", 1600, "light"],
  ["googlenet", 375, "dark"],
  ["failing", 375, "light"],
] as const)("%s at a width of %i, %s: nothing fails, nothing is wider than the page", async (name, width, scheme) => {
  const { page, problems } = await open(name, width, scheme);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  const input = (await page.locator("#graph .input .box").boundingBox())!;
  expect(input.x).toBeGreaterThan(0);
  expect(input.x + input.width).toBeLessThan(width);
  expect(problems).toEqual([]);
  await page.close();
});

/** The texts of one column of the rows that are seen. */
const column = (page: Page, at: number) =>
  page.$$eval(
    '[data-rows="modules"] tbody tr',
    (rows, cell) =>
      rows
        .filter((row) => !(row as HTMLElement).hidden)
        .map((row) => (row as HTMLTableRowElement).cells[cell]!.textContent!),
    at,
  );
const figures = (texts: readonly string[]) =>
  texts.map((text) => Number(/^[\d,]+/.exec(text)?.[0].replaceAll(",", "") ?? 0));

test("the table sorts by keyboard, and comes back to the order of the calls", async () => {
  const { page, problems } = await open("googlenet");
  const heads = await page.$$eval('[data-rows="modules"] thead th', (all) => all.map((head) => head.textContent));
  const flops = heads.indexOf("FLOPs");
  const before = await column(page, 1);
  const head = page.locator('[data-rows="modules"] th[data-key="flops"]');
  await head.locator("button").focus();
  await page.keyboard.press("Enter");
  expect(await head.getAttribute("aria-sort")).toBe("descending");
  const down = figures(await column(page, flops));
  expect(down[0]).toBeGreaterThan(1e6);
  expect(down).toEqual(down.toSorted((a, b) => b - a));
  // All calls, and no group.
  expect(down.reduce((sum, each) => sum + each, 0)).toBe(summarize(googlenet, [1, 3, 64, 64]).totals.flops);
  await page.keyboard.press("Space");
  expect(await head.getAttribute("aria-sort")).toBe("ascending");
  const up = figures(await column(page, flops));
  expect(up).toEqual(up.toSorted((a, b) => a - b));
  await page.locator('[data-rows="modules"] th[data-key="order"] button').press("Enter");
  expect(await column(page, 1)).toEqual(before);
  expect(problems).toEqual([]);
  await page.close();
});

test("the filter finds rows by path or type and adds them up; groups fold; rows of ops can be had", async () => {
  const { page } = await open("googlenet");
  await page.getByLabel("Filter").fill("linear");
  expect(await column(page, 1)).toEqual(["fc"]);
  expect(await page.locator("#found").textContent()).toMatch(/^1 of \d+ rows: 1,025,000 parameters, 2,048,000 FLOPs$/);
  await page.getByLabel("Filter").fill("");
  const rows = await column(page, 1);
  const fold = page.locator('[aria-label="What is inside inception3a"]');
  const wasOpen = (await fold.getAttribute("aria-expanded")) === "true";
  await fold.press("Enter");
  expect((await column(page, 1)).length > rows.length).toBe(!wasOpen);
  await page.getByLabel("ops", { exact: true }).check();
  expect(await page.locator('[data-rows="modules"]').isVisible()).toBe(false);
  expect(await page.locator('[data-rows="ops"] tbody tr').first().textContent()).toContain("conv2d");
  await page.close();
});

test("blocks open by keyboard and show their figures", async () => {
  const { page, problems } = await open("googlenet");
  await page.locator("[data-graph=close]").click();
  const block = page.locator("#graph .block").first();
  expect(await block.locator(".inside .box").first().isVisible()).toBe(false);
  await page.locator('#graph .head[tabindex="0"]').focus();
  await page.keyboard.press("ArrowDown");
  expect(await page.locator(".details").textContent()).toMatch(
    /^conv1: BasicConv2d\n3 ops inside\noutput 1×64×32×32\n9,536 parameters/,
  );
  await page.keyboard.press("Enter");
  expect(await block.locator(".head").first().getAttribute("aria-expanded")).toBe("true");
  expect(await block.locator(".inside .box").first().isVisible()).toBe(true);
  await page.keyboard.press("ArrowDown");
  expect(await page.locator(".details").textContent()).toMatch(/^conv1\.conv: Conv2d 3→64, 7×7/);
  expect(problems).toEqual([]);
  await page.close();
});

test("with every block open no boxes overlap, lines run into none, and what is inside a block is within it", async () => {
  const { page } = await open("googlenet");
  await page.locator("[data-graph=open]").click();
  const found = await page.evaluate(() => {
    const svg = document.querySelector("#graph") as SVGSVGElement;
    const rects = [...svg.querySelectorAll(".item:not(.opened) > .head > .box")]
      .filter((box) => box.getClientRects().length > 0)
      .map((box) => box.getBoundingClientRect());
    const inside = (x: number, y: number) =>
      rects.some(({ left, right, top, bottom }) => left + 2 < x && x < right - 2 && top + 2 < y && y < bottom - 2);
    let overlaps = 0;
    for (const [at, a] of rects.entries()) {
      for (const b of rects.slice(at + 1)) {
        if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom) overlaps++;
      }
    }
    let crossings = 0;
    let lines = 0;
    for (const path of svg.querySelectorAll<SVGPathElement>(".lines path")) {
      if (path.getClientRects().length === 0) continue;
      lines++;
      const length = path.getTotalLength();
      const toScreen = path.getScreenCTM()!;
      for (let at = 0; at <= 40; at++) {
        const { x, y } = path.getPointAtLength((length * at) / 40).matrixTransform(toScreen);
        if (inside(x, y)) crossings++;
      }
    }
    let outside = 0;
    for (const block of svg.querySelectorAll(".opened")) {
      const frame = block.querySelector(":scope > .head > .box")!.getBoundingClientRect();
      for (const box of block.querySelectorAll(":scope > .inside > .item > .head > .box")) {
        const { left, right, top, bottom } = box.getBoundingClientRect();
        if (left < frame.left || right > frame.right || top < frame.top || bottom > frame.bottom) outside++;
      }
    }
    return { boxes: rects.length, lines: lines > 200, overlaps, crossings, outside };
  });
  expect(found).toEqual({ boxes: 198, lines: true, overlaps: 0, crossings: 0, outside: 0 });
  await page.close();
});

test("a network that fails is shown up to there, with the error", async () => {
  const { page } = await open("failing");
  expect(await page.getByRole("alert").textContent()).toContain(
    "head (Conv2d 5→2, 3×3): needs 5 input channels, got 4",
  );
  expect(await page.locator('[data-rows="modules"] tr.failed').textContent()).toContain("✗ failed");
  expect(await page.locator("#graph .failed").textContent()).toContain("✗ head");
  await page.close();
});
