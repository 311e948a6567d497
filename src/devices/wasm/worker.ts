/** Places in the shared control block, in 4-byte words. */
export const control = {
  /** Step number (12 bits) above the next piece (20 bits): one word, so that taking a piece is one exchange. */
  ticket: 0,
  /** Threads that sleep on `ticket`. */
  sleepers: 1,
  /** Set to end the workers. */
  stop: 2,
  /** Set when a kernel trapped on a worker. */
  failed: 3,
  /** First of `ringSize` step descriptors of `descriptorWords` words: pieces, kernel, arguments, scratch bytes, pieces done. */
  ring: 16,
  ringSize: 64,
  descriptorWords: 8,
  /** First word of the kernel table: address and length of each module. */
  kernels: 16 + 64 * 8,
  kernelLimit: 4096,
} as const;

/** Words of the whole control block. */
export const controlWords = control.kernels + 2 * control.kernelLimit;

export interface WorkerStart {
  memory: WebAssembly.Memory;
  scratchAddress: number;
  scratchStride: number;
  thread: number;
  spins: number;
  layout: typeof control;
}

/**
 * A thread's life: take pieces of the current step, sleep when there are none. It is started from its own source text,
 * so it may use nothing from outside.
 */
export function workerMain(start: WorkerStart): void {
  const { memory, thread, spins, layout } = start;
  const words = new Int32Array(memory.buffer);
  const scratch = start.scratchAddress + thread * start.scratchStride;
  const kernels: ((args: number, first: number, last: number, scratch: number) => void)[] = [];
  const load = (id: number) => {
    const address = words[layout.kernels + 2 * id]!;
    const length = words[layout.kernels + 2 * id + 1]!;
    const bytes = new Uint8Array(length);
    bytes.set(new Uint8Array(memory.buffer, address, length));
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
    kernels[id] = instance.exports.run as (args: number, first: number, last: number, scratch: number) => void;
    return kernels[id]!;
  };
  let idle = 0;
  while (Atomics.load(words, layout.stop) === 0) {
    const ticket = Atomics.load(words, layout.ticket);
    const piece = ticket & 0xfffff;
    const at = layout.ring + ((ticket >>> 20) % layout.ringSize) * layout.descriptorWords;
    if (piece >= Atomics.load(words, at)) {
      if (++idle < spins) continue;
      Atomics.add(words, layout.sleepers, 1);
      Atomics.wait(words, layout.ticket, ticket);
      Atomics.sub(words, layout.sleepers, 1);
      idle = 0;
      continue;
    }
    idle = 0;
    if (Atomics.compareExchange(words, layout.ticket, ticket, ticket + 1) !== ticket) continue;
    // The piece is ours, so the step can't end before it is done and its descriptor holds still. Look again: the step
    // number may have come round since the first look.
    if (piece >= Atomics.load(words, at)) continue;
    const id = Atomics.load(words, at + 1);
    const args = Atomics.load(words, at + 2);
    try {
      (kernels[id] ?? load(id))(args, piece, piece + 1, scratch);
    } catch {
      Atomics.store(words, layout.failed, 1);
    }
    Atomics.add(words, at + 4, 1);
    Atomics.notify(words, at + 4);
  }
}
