import { type FileHandle, open } from "node:fs/promises";
import { fileError } from "../formats/atomic-file.ts";
import type { EpochEvent, StepEvent } from "./events.ts";

/** Where the log stands at a checkpoint: going on from it gives the lines of a run that was never interrupted. */
export interface MetricsState {
  readonly bytes: number;
  /** Losses since the last line. */
  readonly windowSum: number;
  readonly windowCount: number;
}

/** One line of `metrics.jsonl`: the mean loss of the last steps, or what an epoch or the end of the run has shown. */
export interface MetricsLine {
  readonly step: number;
  readonly epoch: number;
  readonly seconds: number;
  readonly loss?: number;
  readonly learningRate?: number;
  readonly epochLoss?: number;
  readonly [metric: string]: number | undefined;
}

/** A line of the log is the mean of this many steps. */
const window = 10;
const flushMilliseconds = 1000;

/** Appends to `metrics.jsonl`. Lines wait in memory for up to a second; a checkpoint writes them out first. */
export class MetricsLog {
  readonly #path: string;
  readonly #file: FileHandle;
  #waiting = "";
  #bytes: number;
  #sum: number;
  #count: number;
  #flushed = performance.now();

  private constructor(path: string, file: FileHandle, state: MetricsState) {
    this.#path = path;
    this.#file = file;
    this.#bytes = state.bytes;
    this.#sum = state.windowSum;
    this.#count = state.windowCount;
  }

  /** Opens the log and cuts off what was written after the checkpoint. */
  static async open(path: string, state: MetricsState | null): Promise<MetricsLog> {
    try {
      const file = await open(path, state ? "a" : "w");
      const { size } = await file.stat();
      const bytes = Math.min(size, state?.bytes ?? 0);
      await file.truncate(bytes);
      return new MetricsLog(path, file, { windowSum: 0, windowCount: 0, ...state, bytes });
    } catch (error) {
      throw fileError("write", path, error);
    }
  }

  async step(event: StepEvent): Promise<void> {
    this.#sum += event.loss;
    this.#count++;
    if (event.step % window === 0) {
      const { step, epoch, learningRate, position } = event;
      this.write({ step, epoch, loss: this.#sum / this.#count, learningRate, seconds: position.seconds });
      this.#sum = this.#count = 0;
    }
    if (performance.now() - this.#flushed > flushMilliseconds) await this.flush();
  }

  epoch({ step, epoch, loss, position }: EpochEvent, metrics: Readonly<Record<string, number>>): void {
    this.write({ step, epoch, epochLoss: loss, ...metrics, seconds: position.seconds });
  }

  write(line: MetricsLine): void {
    this.#waiting += `${JSON.stringify({ ...line, seconds: Number(line.seconds.toFixed(3)) })}\n`;
  }

  async flush(sync = false): Promise<void> {
    this.#flushed = performance.now();
    const bytes = Buffer.from(this.#waiting);
    this.#waiting = "";
    try {
      if (bytes.length > 0) await this.#file.appendFile(bytes);
      if (sync) await this.#file.sync();
    } catch (error) {
      throw fileError("write", this.#path, error);
    }
    this.#bytes += bytes.length;
  }

  /** Writes what waits to the disk; a checkpoint may then refer to it. */
  async state(): Promise<MetricsState> {
    await this.flush(true);
    return { bytes: this.#bytes, windowSum: this.#sum, windowCount: this.#count };
  }

  async close(): Promise<void> {
    await this.flush().finally(() => this.#file.close());
  }
}

/** The lines of a log. */
export function parseMetrics(text: string): MetricsLine[] {
  return text
    .split("\n")
    .filter((line) => line.length > 0)
    .map((line) => JSON.parse(line) as MetricsLine);
}
