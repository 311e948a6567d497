import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { renderReport } from "../src/training/report/render-report.ts";
import { launchChromium } from "./chromium.ts";

const red =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC";
const picture = (label: string) => ({ label, source: red, width: 1, height: 1 });
const html = renderReport({
  title: "Run",
  facts: [["Command", "npx convsmith train espcn --scale 3 --data photos --out runs/first --steps 2000 --seed 0"]],
  charts: ["Loss", "PSNR"].map((title) => ({
    title,
    xLabel: "step",
    yLabel: title,
    logarithmic: title === "Loss",
    series: [{ label: "training", x: [1, 2, 3], y: [0.9, 0.5, 0.4] }],
  })),
  comparisons: [{ title: "photo", before: picture("bicubic"), after: picture("network") }],
  confusion: {
    classes: Array.from({ length: 20 }, (_, index) => `class ${index}`),
    counts: Array.from({ length: 20 }, (_, actual) =>
      Uint32Array.from({ length: 20 }, (_, index) => +(index === actual)),
    ),
  },
});

let browser: Browser;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "convsmith-report-"));
  writeFileSync(join(folder, "report.html"), html);
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

async function open(width: number, colorScheme: "light" | "dark"): Promise<{ page: Page; problems: string[] }> {
  const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => problems.push(message.text()));
  page.on("request", (request) => {
    if (!/^(data|file):/.test(request.url())) problems.push(request.url());
  });
  await page.goto(pathToFileURL(join(folder, "report.html")).href);
  return { page, problems };
}

/** Whether something is drawn on each canvas. */
function drawn(page: Page): Promise<boolean[]> {
  return page.$$eval("canvas", (all) =>
    all.map((canvas) => {
      const { data } = (canvas as HTMLCanvasElement).getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
      return data.some((value) => value !== 0);
    }),
  );
}

test.each([
  [1280, "light"],
  [360, "dark"],
] as const)(
  "at a width of %i, %s: charts are drawn, nothing fails, nothing is wider than the page",
  async (width, scheme) => {
    const { page, problems } = await open(width, scheme);
    expect(await drawn(page)).toEqual([true, true]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    expect(problems).toEqual([]);
    await page.close();
  },
);

test("charts follow the colour scheme and the width", async () => {
  const { page, problems } = await open(1280, "light");
  await page.emulateMedia({ colorScheme: "dark" });
  await page.setViewportSize({ width: 400, height: 800 });
  await expect
    .poll(() => page.$$eval(".uplot", (all) => all.map(({ clientWidth }) => clientWidth < 400)))
    .toEqual([true, true]);
  expect(await drawn(page)).toEqual([true, true]);
  expect(problems).toEqual([]);
  await page.close();
});

test("the slider moves by keyboard and says where it is", async () => {
  const { page } = await open(800, "light");
  const range = page.locator(".slider input");
  await range.focus();
  for (let press = 0; press < 5; press++) await page.keyboard.press("ArrowRight");
  expect(await range.getAttribute("aria-valuetext")).toBe("55 percent bicubic");
  expect(await page.$eval(".slider .after", (image) => getComputedStyle(image).clipPath)).toBe(
    "inset(0px 0px 0px 55%)",
  );
  await page.keyboard.press("Home");
  expect(await range.getAttribute("aria-valuetext")).toBe("0 percent bicubic");
  await page.close();
});
