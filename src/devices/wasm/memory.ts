import { ConvsmithError } from "../../core/errors.ts";

const pageBytes = 65536;
const alignment = 64;

/** A region of the device's memory. */
export interface Block {
  readonly address: number;
  readonly bytes: number;
}

/** What a block of so many bytes takes. */
export function blockBytes(bytes: number): number {
  return Math.max(alignment, Math.ceil(bytes / alignment) * alignment);
}

/**
 * The device's one WebAssembly memory, and who has which part of it. First fit over a sorted list of free regions;
 * the memory grows when none fits. The first `reservedBytes` belong to the thread pool.
 */
export class DeviceMemory {
  readonly memory: WebAssembly.Memory;
  readonly shared: boolean;
  readonly initialPages: number;
  readonly maximumPages: number;
  readonly reservedBytes: number;
  /** Asked when memory runs out: gives back what can be computed anew. False where there is nothing. */
  reclaim: () => boolean = () => false;
  #free: Block[] = [];
  #floats: Float32Array;
  #ints: Int32Array;

  constructor(shared: boolean, reservedBytes: number) {
    this.shared = shared;
    this.reservedBytes = reservedBytes;
    this.initialPages = Math.ceil(reservedBytes / pageBytes) + 16;
    const { memory, maximumPages } = create(this.initialPages, shared);
    this.memory = memory;
    this.maximumPages = maximumPages;
    this.#floats = new Float32Array(memory.buffer);
    this.#ints = new Int32Array(memory.buffer);
    this.#free = [{ address: reservedBytes, bytes: this.initialPages * pageBytes - reservedBytes }];
  }

  get bytes(): number {
    return this.memory.buffer.byteLength;
  }

  /** Bytes that are in use: the reserved ones and all blocks. */
  get usedBytes(): number {
    return this.#free.reduce((rest, { bytes }) => rest - bytes, this.bytes);
  }

  /** Views of the whole memory: taken anew after each allocation, which may grow it. */
  get floats(): Float32Array {
    if (this.#floats.buffer !== this.memory.buffer) this.#floats = new Float32Array(this.memory.buffer);
    return this.#floats;
  }

  get ints(): Int32Array {
    if (this.#ints.buffer !== this.memory.buffer) this.#ints = new Int32Array(this.memory.buffer);
    return this.#ints;
  }

  /** Memory that starts at a multiple of 64 bytes; its numbers are whatever was there. @throws ConvsmithError when the limit is reached. */
  allocate(bytes: number): Block {
    const size = blockBytes(bytes);
    const fitting = () => this.#free.findIndex((each) => each.bytes >= size);
    let at = fitting();
    for (; at < 0; at = fitting()) this.#grow(size);
    const region = this.#free[at]!;
    if (region.bytes === size) this.#free.splice(at, 1);
    else this.#free[at] = { address: region.address + size, bytes: region.bytes - size };
    return { address: region.address, bytes: size };
  }

  /** Gives a block back; neighbours are joined. */
  release(block: Block): void {
    let at = this.#free.findIndex((each) => each.address > block.address);
    if (at < 0) at = this.#free.length;
    this.#free.splice(at, 0, block);
    for (const index of [at, at - 1]) {
      const first = this.#free[index];
      const second = this.#free[index + 1];
      if (first && second && first.address + first.bytes === second.address) {
        this.#free.splice(index, 2, { address: first.address, bytes: first.bytes + second.bytes });
      }
    }
  }

  #grow(bytes: number): void {
    const end = this.bytes;
    const last = this.#free[this.#free.length - 1];
    const missing = bytes - (last && last.address + last.bytes === end ? last.bytes : 0);
    const pages = Math.ceil(missing / pageBytes);
    try {
      this.memory.grow(pages);
    } catch {
      if (this.reclaim()) return;
      const limit = Math.round((this.maximumPages * pageBytes) / 2 ** 20);
      throw new ConvsmithError(
        `out of memory: ${Math.round(bytes / 2 ** 20)} MiB more are needed, and the limit is ${limit} MiB. Use a smaller batch or picture.`,
      );
    }
    this.release({ address: end, bytes: pages * pageBytes });
  }
}

function create(initial: number, shared: boolean): { memory: WebAssembly.Memory; maximumPages: number } {
  // Below 2 GiB an address is a positive int32. Some browsers refuse to reserve so much: then less.
  for (let maximum = 32767; ; maximum = maximum >> 1) {
    try {
      return { memory: new WebAssembly.Memory({ initial, maximum, shared }), maximumPages: maximum };
    } catch (error) {
      if (maximum < 2048) throw error;
    }
  }
}
