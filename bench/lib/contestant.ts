import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { cpuMilliseconds } from "./others.ts";
import type { Workload } from "./workload.ts";

/**
 * What a contestant is asked, one JSON line each on stdin; it answers each with one JSON line on stdout.
 * load: builds the workload. check: writes the output (forward) or the first step's gradients, one after the other
 * (training), to a file of float32, and gives the first losses. run: gives the milliseconds of `count` calls. memory: see
 * MemoryUse. processor: milliseconds of processor time so far. threads: PyTorch alone. peak: convsmith alone. export: PyTorch alone, writes ONNX.
 */
export type Question =
  | {
      readonly ask: "load";
      readonly workload: Workload;
      readonly threads: number;
      readonly files: Files;
      readonly learningRate: number;
    }
  | {
      readonly ask: "export";
      readonly workload: Workload;
      readonly files: Files;
      readonly learningRate: number;
      readonly path: string;
    }
  | { readonly ask: "check"; readonly path: string; readonly steps: number }
  | { readonly ask: "run"; readonly count: number }
  | { readonly ask: "threads"; readonly threads: number }
  | { readonly ask: "memory" | "peak" | "processor" }
  | { readonly ask: "measure"; readonly index: number; readonly rounds: number; readonly share: number };

export interface Files {
  readonly start: string;
  readonly onnx?: string;
}

export interface Loaded {
  readonly version: string;
  /** Where it can't have as many as it was asked to use. */
  readonly threads?: number;
  /** What the row should say about it. */
  readonly note?: string;
}

export interface Checked {
  readonly losses: readonly number[];
  /** Numbers of each gradient, in the file's order. */
  readonly sizes: readonly number[];
}

/** Bytes of resident memory: before the workload was loaded, and the most since then. */
export interface MemoryUse {
  readonly idle: number;
  readonly peak: number;
}

type Handlers = Record<string, (question: never) => unknown>;

/** Answers questions until stdin ends. Call it when the engine is loaded and nothing else: this is where idle is measured. */
export function answer(handlers: Handlers): void {
  resetPeak();
  const idle = residentBytes();
  const all: Handlers = {
    memory: (): MemoryUse => ({ idle, peak: peakBytes() }),
    processor: () => ({ used: cpuMilliseconds() }),
    ...handlers,
  };
  const lines = createInterface({ input: process.stdin });
  let last = Promise.resolve();
  lines.on("line", (line) => {
    last = last.then(async () => {
      try {
        const question = JSON.parse(line) as { ask: string };
        const handler = all[question.ask];
        if (!handler) throw new Error(`can't answer ${question.ask}`);
        reply((await handler(question as never)) ?? {});
      } catch (error) {
        reply({ error: String((error as Error)?.message ?? error) });
      }
    });
  });
  lines.on("close", () => void last.then(() => process.exit(0)));
}

function reply(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Milliseconds of some calls, and the processor time of all of them together. */
export interface Times {
  readonly times: readonly number[];
  readonly used: number;
}

/** Times `count` calls, one after the other. */
export async function timeCalls(count: number, call: () => Promise<unknown>): Promise<Times> {
  const before = cpuMilliseconds();
  const times: number[] = [];
  for (let index = 0; index < count; index++) {
    const start = performance.now();
    await call();
    times.push(performance.now() - start);
  }
  return { times, used: cpuMilliseconds() - before };
}

export function writeFloats(path: string, arrays: readonly Float32Array[]): void {
  writeFileSync(path, Buffer.concat(arrays.map((each) => Buffer.from(each.buffer, each.byteOffset, each.byteLength))));
}

function residentBytes(): number {
  return process.memoryUsage.rss();
}

/** Linux forgets the peak of resident memory on request; elsewhere start-up counts too. */
function resetPeak(): void {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {}
}

function peakBytes(): number {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))!;
    return Number(kilobytes) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}
