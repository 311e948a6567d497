import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundle } from "../scripts/lib/bundle.mjs";
import { serve } from "../scripts/lib/serve.ts";
import { manualSeed, models, nn, optim, setDevice, tensor, wasmDevice } from "../src/index.ts";
import { launchChromium } from "./chromium.ts";

const steps = 20;
type Where = "main" | "worker";
type Site = Awaited<ReturnType<typeof serve>>;

// Doesn't wait for device.ready(): the loop itself has to leave the browser room to start a thread.
const shortSteps = `
  import { setDevice, wasmDevice, zeros } from "/dist/browser/convsmith.js";
  const device = wasmDevice({ threads: 2 });
  setDevice(device);
  while (device.pool.working < 2) await zeros([64, 4096]).exp().sum().item();
  export const working = device.pool.working;
  if (typeof document === "undefined") postMessage(working);
`;

let browser: Browser;
let isolated: Site;
let plain: Site;
beforeAll(async () => {
  const texts = { "/dist/browser/convsmith.js": await bundle(), "/short-steps.js": shortSteps };
  isolated = await serve({ isolated: true, texts });
  plain = await serve({ isolated: false, texts });
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  isolated?.close();
  plain?.close();
});

/** Opens the example, lets `use` work on it, and expects that nothing was logged or fetched but the page's own files. */
async function onPage<T>(site: Site, use: (page: Page) => Promise<T>): Promise<T> {
  const page = await browser.newPage();
  const problems: string[] = [];
  const example = ["", "main.js", "train.js", "worker.js"].map((file) => `examples/browser/${file}`);
  const files = ["", ...example, "dist/browser/convsmith.js", "short-steps.js"];
  const own = new Set(files.map((file) => site.url + file));
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => problems.push(message.text()));
  page.on("request", (request) => {
    if (!own.has(request.url()) && !/^(blob|data):/.test(request.url())) problems.push(request.url());
  });
  await page.goto(site.url);
  const result = await use(page);
  expect(problems).toEqual([]);
  await page.close();
  return result;
}

/** Trains as a user would: fills in the form, presses the button, reads the table. */
async function trainOn(page: Page, where: Where, threads: number) {
  await page.getByLabel("Steps", { exact: true }).fill(`${steps}`);
  await page.getByLabel("Threads").fill(`${threads}`);
  await page.getByRole("button", { name: where === "worker" ? "in a worker" : "on the main thread" }).click();
  const row = page.locator("tbody tr").last();
  await expect.poll(() => row.locator(".weights").textContent(), { timeout: 25_000 }).not.toBe("");
  expect(await row.getAttribute("class"), (await row.textContent())!).toBeNull();
  const losses: number[] = JSON.parse((await row.getAttribute("data-losses"))!);
  const read = (name: string) => row.locator(`.${name}`).textContent();
  return { losses, threads: Number(await read("threads")), weights: await read("weights"), speed: await read("speed") };
}

/** The example's training, written again on the sources and run by Node. */
async function trainHere(): Promise<number[]> {
  setDevice(wasmDevice({ threads: 2 }));
  manualSeed(0);
  const model = new models.Espcn(3);
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
  const mse = new nn.MSELoss();
  const brightness = (picture: number, y: number, x: number) =>
    0.5 + 0.4 * Math.sin((x * (picture % 4) + y * Math.floor(picture / 4)) / 5 + picture);
  const all = (length: number) => Array.from({ length }, (_, index) => index);
  const target = tensor(all(16).map((picture) => [all(51).map((y) => all(51).map((x) => brightness(picture, y, x)))]));
  const input = new nn.AvgPool2d(3).forward(target);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    optimizer.zeroGrad();
    const loss = mse.forward(model.forward(input), target);
    loss.backward();
    await optimizer.step();
    losses.push(await loss.item());
  }
  return losses;
}

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  const errors = actual.map((loss, step) => Math.abs(loss - expected[step]!) / expected[step]!);
  expect(Math.max(...errors)).toBeLessThan(1e-5);
}

describe("training in the browser", () => {
  let here: number[];
  beforeAll(async () => {
    here = await trainHere();
    expect(here.at(-1)).toBeLessThan(here[0]! / 2);
  });

  test("gives Node's losses on the main thread and in a worker, and the same bits on one thread and two", async () => {
    await onPage(isolated, async (page) => {
      const main = await trainOn(page, "main", 1);
      expectClose(main.losses, here);
      expect(main.threads).toBe(1);
      for (const [where, threads] of [
        ["main", 2],
        ["worker", 1],
        ["worker", 2],
      ] as const) {
        const run = await trainOn(page, where, threads);
        expect(run).toEqual({ ...main, threads, speed: expect.stringMatching(/^\d+\.\d$/) });
      }
    });
  });

  test.each(["main", "worker"] as const)("takes one thread where the page is not isolated: %s", async (where) => {
    await onPage(plain, async (page) => {
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
      expect(await page.getByLabel("Threads").inputValue()).toBe("1");
      const { losses, threads } = await trainOn(page, where, 1);
      expectClose(losses, here);
      expect(threads).toBe(1);
    });
  });
});

test("threads start in the middle of a loop of short steps, on the main thread and in a worker", async () => {
  await onPage(isolated, async (page) => {
    const onMain = page.evaluate('import("/short-steps.js").then(({ working }) => working)');
    expect(await onMain).toBe(2);
    const inWorker = page.evaluate(async (path) => {
      const worker = new Worker(path, { type: "module" });
      return new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = reject;
      });
    }, "/short-steps.js");
    expect(await inWorker).toBe(2);
  });
});
