/**
 * Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): four 32-bit words from a
 * 64-bit seed and a 64-bit counter. The same seed and counter give the same words, in any order.
 */
export function philox(seed: number, counter: number, out: Uint32Array): Uint32Array {
  let c0 = counter >>> 0;
  let c1 = Math.floor(counter / 0x100000000) >>> 0;
  let c2 = 0;
  let c3 = 0;
  let k0 = seed >>> 0;
  let k1 = Math.floor(seed / 0x100000000) >>> 0;
  for (let round = 0; round < 10; round++) {
    const low0 = Math.imul(0xd2511f53, c0);
    const high0 = multiplyHigh(0xd2511f53, c0);
    const low1 = Math.imul(0xcd9e8d57, c2);
    const high1 = multiplyHigh(0xcd9e8d57, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
  return out;
}

function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = (middle & 0xffff) + aLow * bHigh;
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) | 0;
}

/** 24 random bits as a float32 in [0, 1). */
export function toUniform(word: number): number {
  return (word >>> 8) * (1 / 0x1000000);
}

/** A position in a counter-based random stream: seed and counter are its whole state. */
export class Generator {
  seed: number;
  counter: number;
  readonly #words = new Uint32Array(4);
  #buffered = 4;

  constructor(seed = 0, counter = 0) {
    this.seed = seed;
    this.counter = counter;
  }

  /** Sets seed and position aside for `blocks` draws of four words, to be made later in any order. */
  reserve(blocks: number): { seed: number; counter: number } {
    const range = { seed: this.seed, counter: this.counter };
    this.counter += blocks;
    this.#buffered = 4;
    return range;
  }

  /** The next 32-bit word. */
  next(): number {
    if (this.#buffered === 4) {
      philox(this.seed, this.counter++, this.#words);
      this.#buffered = 0;
    }
    return this.#words[this.#buffered++]! >>> 0;
  }

  /** A number in [0, 1) of 24 bits. */
  uniform(): number {
    return toUniform(this.next());
  }

  /** An integer in [0, limit), without bias. @throws nothing; limit must be in 1..2^32. */
  integer(limit: number): number {
    const bound = 0x100000000 - (0x100000000 % limit);
    let word = this.next();
    while (word >= bound) word = this.next();
    return word % limit;
  }

  /** A permutation of 0..length-1 (Fisher-Yates). */
  permutation(length: number): Uint32Array {
    const order = new Uint32Array(length).map((_, index) => index);
    for (let index = length - 1; index > 0; index--) {
      const other = this.integer(index + 1);
      const kept = order[index]!;
      order[index] = order[other]!;
      order[other] = kept;
    }
    return order;
  }

  /** Seed and counter, to continue from later; words left over from a partial draw are dropped. */
  state(): { seed: number; counter: number } {
    this.#buffered = 4;
    return { seed: this.seed, counter: this.counter };
  }
}
