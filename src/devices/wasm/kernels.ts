import type { KernelStep } from "../../core/kernel.ts";
import type { DeviceMemory } from "./memory.ts";
import type { Run, ThreadPool } from "./threads.ts";

/** A compiled kernel: `id` is its place in the table that all threads share. */
export interface Kernel {
  readonly id: number;
  readonly run: Run;
}

/** Compiles each kernel once, by key, and makes it known to all threads. */
export class KernelCache {
  compiled = 0;
  readonly #memory: DeviceMemory;
  readonly #pool: ThreadPool;
  readonly #kernels = new Map<string, Kernel>();

  constructor(memory: DeviceMemory, pool: ThreadPool) {
    this.#memory = memory;
    this.#pool = pool;
  }

  get(step: KernelStep): Kernel {
    const known = this.#kernels.get(step.key);
    if (known) return known;
    const bytes = step.emit();
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory: this.#memory.memory } });
    const kernel = { id: this.#kernels.size, run: instance.exports.run as Run };
    if (this.#memory.shared) {
      const block = this.#memory.allocate(bytes.length);
      new Uint8Array(this.#memory.memory.buffer).set(bytes, block.address);
      this.#pool.publish(kernel.id, block.address, bytes.length);
    }
    this.#kernels.set(step.key, kernel);
    this.compiled++;
    return kernel;
  }
}
