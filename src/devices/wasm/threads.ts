import { scratchLimit } from "../../core/kernel.ts";
import type { DeviceMemory } from "./memory.ts";
import { control, type WorkerStart, workerMain } from "./worker.ts";

/** A kernel that the pool can call. */
export type Run = (args: number, first: number, last: number, scratch: number) => void;

export const threadLimit = 32;

/** A thread that was started: once it works, it must not keep the program alive. */
export interface Thread {
  /** True when it takes pieces, false when the host could not start it. */
  readonly started: Promise<boolean>;
  stop(): void;
}

/** Starts a worker that runs `source` with `start` bound to its argument. */
export type StartThread = (source: string, start: WorkerStart) => Thread;

const spins = 20000;

/**
 * Runs the pieces of a step on all threads. The calling thread works too, so a step is done even if no worker wakes up
 * in time, and a busy machine costs no more than it takes.
 */
export class ThreadPool {
  readonly threads: number;
  readonly #memory: DeviceMemory;
  readonly #words: Int32Array;
  readonly #scratch: number;
  readonly #workers: Thread[] = [];
  readonly #mayWait: boolean;
  readonly #start: StartThread | null;
  #step = 0;
  #working = 1;

  constructor(
    memory: DeviceMemory,
    threads: number,
    scratchAddress: number,
    start: StartThread | null,
    mayWait: boolean,
  ) {
    this.#memory = memory;
    this.threads = memory.shared && start ? Math.max(1, Math.min(threads, threadLimit)) : 1;
    this.#words = new Int32Array(
      memory.memory.buffer,
      0,
      16 + control.ringSize * control.descriptorWords + 2 * control.kernelLimit,
    );
    this.#scratch = scratchAddress;
    this.#start = start;
    this.#mayWait = mayWait;
  }

  /** Threads that take pieces by now, the calling one among them. */
  get working(): number {
    return this.#working;
  }

  /** Starts the workers now instead of at the first step, waits until they take pieces, and gives `working`. */
  async ready(): Promise<number> {
    if (this.threads > 1 && this.#workers.length === 0) this.#launch();
    await Promise.all(this.#workers.map(({ started }) => started));
    return this.#working;
  }

  /** Tells the workers where a kernel's bytes are. */
  publish(id: number, address: number, length: number): void {
    if (!this.#memory.shared) return;
    this.#words[control.kernels + 2 * id] = address;
    this.#words[control.kernels + 2 * id + 1] = length;
  }

  /** Runs all pieces of one step and returns when they are done. @throws WebAssembly.RuntimeError when one trapped. */
  run(id: number, run: Run, args: number, pieces: number): void {
    if (this.threads === 1 || pieces === 1) {
      for (let piece = 0; piece < pieces; piece++) run(args, piece, piece + 1, this.#scratch);
      return;
    }
    if (this.#workers.length === 0) this.#launch();
    const words = this.#words;
    this.#step = (this.#step + 1) & 0xfff;
    const at = control.ring + (this.#step % control.ringSize) * control.descriptorWords;
    Atomics.store(words, at + 4, 0);
    Atomics.store(words, at + 1, id);
    Atomics.store(words, at + 2, args);
    Atomics.store(words, at, pieces);
    const base = this.#step << 20;
    Atomics.store(words, control.ticket, base);
    if (Atomics.load(words, control.sleepers) > 0) Atomics.notify(words, control.ticket);
    for (;;) {
      const ticket = Atomics.load(words, control.ticket);
      const piece = ticket & 0xfffff;
      if (piece >= pieces) break;
      if (Atomics.compareExchange(words, control.ticket, ticket, ticket + 1) !== ticket) continue;
      try {
        run(args, piece, piece + 1, this.#scratch);
      } catch {
        Atomics.store(words, control.failed, 1);
      }
      Atomics.add(words, at + 4, 1);
    }
    this.#await(at + 4, pieces);
    if (Atomics.exchange(words, control.failed, 0) !== 0) throw new WebAssembly.RuntimeError("a kernel trapped");
  }

  /** Ends the workers. The pool works on with the calling thread alone. */
  stop(): void {
    if (this.#workers.length === 0) return;
    Atomics.store(this.#words, control.stop, 1);
    Atomics.notify(this.#words, control.ticket);
    for (const worker of this.#workers) worker.stop();
    this.#workers.length = 0;
    this.#working = 1;
  }

  #await(index: number, pieces: number): void {
    const words = this.#words;
    for (let spin = 0; ; spin++) {
      const done = Atomics.load(words, index);
      if (done >= pieces) return;
      if (spin > spins && this.#mayWait) Atomics.wait(words, index, done, 100);
    }
  }

  #launch(): void {
    Atomics.store(this.#words, control.stop, 0);
    const source = `(${workerMain.toString()})`;
    for (let thread = 1; thread < this.threads; thread++) {
      const worker = this.#start!(source, {
        memory: this.#memory.memory,
        scratchAddress: this.#scratch,
        scratchStride: scratchLimit,
        thread,
        spins,
        layout: control,
      });
      this.#workers.push(worker);
      worker.started.then((works) => {
        if (works && this.#workers.includes(worker)) this.#working++;
      });
    }
  }
}
