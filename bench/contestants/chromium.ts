// convsmith in headless Chromium: this process passes questions on to a worker of an isolated page.
import { readFileSync } from "node:fs";
import { build } from "esbuild";
import { chromium, type Page } from "playwright-core";
import { findChromium } from "../../scripts/lib/chromium.mjs";
import { serve } from "../../scripts/lib/serve.ts";
import type { Questions } from "../browser/worker.ts";
import { answer, type Files, writeFloats } from "../lib/contestant.ts";
import { cpuMilliseconds } from "../lib/others.ts";
import { root } from "../lib/process.ts";
import { ProcessTree } from "../lib/process-tree.ts";
import type { Workload } from "../lib/workload.ts";

const html = `<!doctype html><title>bench</title><script type="module">
  const worker = new Worker("/worker.js", { type: "module" });
  const next = () => new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => ("error" in data ? reject(new Error(data.error)) : resolve(data.answer));
    worker.onerror = ({ message }) => reject(new Error(message ?? "the worker could not be loaded"));
  });
  window.loaded = next();
  window.ask = (question) => { const reply = next(); worker.postMessage(question); return reply; };
</script>`;

async function openPage(): Promise<{ page: Page; version: string }> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error("no Chromium found: install it, or set CHROMIUM_PATH");
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ["bench/browser/worker.ts"],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    conditions: ["browser"],
    external: ["node:*"],
  });
  const { url } = await serve({ isolated: true, texts: { "/bench.html": html, "/worker.js": outputFiles[0]!.text } });
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const page = await browser.newPage();
  await page.goto(`${url}bench.html`);
  await page.evaluate("window.loaded");
  return { page, version: browser.version() };
}

let opened: Awaited<ReturnType<typeof openPage>>;
let idle = 0;
const tree = new ProcessTree(process.pid);

function ask<Reply>(name: keyof Questions, question: Questions[typeof name]): Promise<Reply> {
  return opened.page.evaluate(`window.ask(${JSON.stringify({ ask: name, ...question })})`);
}

const used = () => cpuMilliseconds() + tree.cpuMilliseconds();
const decode = (text: string) => {
  const bytes = Buffer.from(text, "base64");
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
};

answer({
  async load({ workload, threads, files }: { workload: Workload; threads: number; files: Files }) {
    opened = await openPage();
    tree.resetPeak();
    idle = tree.residentBytes();
    const start = readFileSync(files.start, "base64");
    return { version: opened.version, threads: await ask<number>("load", { workload, threads, start }) };
  },
  async check({ path, steps }: { path: string; steps: number }) {
    const { losses, values } = await ask<{ losses: number[]; values: string[] }>("check", { steps });
    const numbers = values.map(decode);
    writeFloats(path, numbers);
    return { losses, sizes: numbers.map((each) => each.length) };
  },
  async run({ count }: { count: number }) {
    const before = used();
    const times = await ask<number[]>("run", { count });
    return { times, used: used() - before };
  },
  peak: async () => ({ gflops: await ask<number>("peak", {}) }),
  memory: () => ({ idle, peak: tree.peakBytes() }),
  processor: () => ({ used: used() }),
});
