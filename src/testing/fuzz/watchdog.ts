import { Worker } from "node:worker_threads";
import { limits } from "./protocol.ts";

/** Words of what the watchdog sees: the input at hand, when it began, and the CPU time until then. */
const words = { index: 0, began: 1, cpu: 2, step: 3 } as const;
const steps = ["", "inspect", "values", "state dict", "network", "summary", "run", "data"];

/** Ends the process where an input takes too long or too much, and writes a finding first. */
export class Watchdog {
  readonly #state = new Float64Array(new SharedArrayBuffer(32));
  readonly #worker: Worker;

  constructor(output: string) {
    const workerData = { state: this.#state, output, limits, words, steps };
    this.#worker = new Worker(source, { eval: true, workerData });
    this.#worker.unref();
  }

  begin(index: number): void {
    this.#state[words.step] = 0;
    this.#state[words.cpu] = cpu();
    this.#state[words.index] = index;
    this.#state[words.began] = Date.now();
  }

  step(name: string): void {
    this.#state[words.step] = Math.max(steps.indexOf(name), 0);
  }

  get stepName(): string {
    return steps[this.#state[words.step]!]!;
  }

  /** Milliseconds of CPU time that the input took. */
  end(): number {
    this.#state[words.began] = 0;
    return cpu() - this.#state[words.cpu]!;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

// A text: bundled code has no file of its own for it.
const source = `
  const { workerData: { state, output, limits, words, steps } } = require("node:worker_threads");
  const { appendFileSync } = require("node:fs");
  setInterval(() => {
    const began = state[words.began];
    if (began === 0) return;
    const { user, system } = process.cpuUsage();
    const wall = Date.now() - began;
    const milliseconds = (user + system) / 1000 - state[words.cpu];
    const resident = process.memoryUsage.rss();
    const slow = (wall > limits.milliseconds && milliseconds > limits.milliseconds) || wall > limits.wallMilliseconds;
    if (!slow && resident < limits.residentBytes) return;
    const [kind, problem] = slow
      ? ["hang", "over " + limits.milliseconds + " ms"]
      : ["memory", Math.round(resident / 2 ** 20) + " MiB"];
    const finding = { index: state[words.index], name: "", step: steps[state[words.step]], kind, problem, detail: "" };
    appendFileSync(output, JSON.stringify({ finding }) + "\\n");
    process.kill(process.pid, "SIGKILL");
  }, 50);
`;
