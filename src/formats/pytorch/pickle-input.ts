import { FileFormatError } from "../../core/errors.ts";
import { type ByteSource, bytesFrom, viewOf } from "../byte-source.ts";

/** More bytes than any number in a checkpoint has: Python's whole numbers have no end. */
const longestNumber = 64;

/** Bytes that are read of a file at once. */
const windowBytes = 2 ** 16;

/** The bytes of a pickle from some byte on, with every read checked. */
export class PickleInput {
  position: number;
  readonly #source: ByteSource;
  readonly #file: string;
  readonly #base: number;
  /** Those at hand, and where in the source they begin. */
  #window: Uint8Array = new Uint8Array(0);
  #view = viewOf(this.#window);
  #from = 0;

  constructor(source: ByteSource, start: number, file: string, base: number) {
    this.#source = source;
    this.position = start;
    this.#file = file;
    this.#base = base;
  }

  get done(): boolean {
    return this.position >= this.#source.length;
  }

  fail(problem: string, at: number): never {
    throw new FileFormatError(this.#file, problem, this.#base + at);
  }

  skip(count: number): number {
    const at = this.position;
    if (count > this.#source.length - at) this.fail(`${count} bytes are needed, but the pickle ends`, at);
    this.position = at + count;
    return at;
  }

  /** Skips bytes, which are then at hand. Gives their place in the window. */
  #take(count: number): number {
    return this.#atHand(this.skip(count), count);
  }

  /** Has these bytes at hand: their place in the window. */
  #atHand(at: number, count: number): number {
    if (at < this.#from || at + count > this.#from + this.#window.length) {
      this.#window = bytesFrom(this.#source, at, Math.max(count, windowBytes));
      this.#view = viewOf(this.#window);
      this.#from = at;
    }
    return at - this.#from;
  }

  byte(): number {
    return this.unsigned(1);
  }

  unsigned(size: 1 | 2 | 4): number {
    const at = this.#take(size);
    if (size === 1) return this.#window[at]!;
    return size === 2 ? this.#view.getUint16(at, true) : this.#view.getUint32(at, true);
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  /** A length of eight bytes. */
  length64(): number {
    const at = this.position;
    const value = this.#view.getBigUint64(this.#take(8), true);
    if (value > BigInt(this.#source.length)) this.fail(`${value} bytes are needed, but the pickle ends`, at);
    return Number(value);
  }

  float64(): number {
    return this.#view.getFloat64(this.#take(8), false);
  }

  bytes(count: number): Uint8Array {
    const at = this.#take(count);
    return this.#window.subarray(at, at + count);
  }

  text(count: number): string {
    return new TextDecoder().decode(this.bytes(count));
  }

  /** Text up to the end of the line. */
  line(): string {
    const start = this.position;
    for (let at = start; at < this.#source.length; ) {
      const place = this.#atHand(at, 1);
      const end = this.#window.indexOf(10, place);
      at = this.#from + (end < 0 ? this.#window.length : end);
      if (end < 0) continue;
      const text = this.text(at - start);
      this.skip(1);
      return text;
    }
    return this.fail("a line has no end", start);
  }

  quoted(): string {
    const at = this.position;
    const text = this.line();
    const quote = text[0];
    if (text.length < 2 || (quote !== "'" && quote !== '"') || !text.endsWith(quote))
      this.fail("text without quotes", at);
    return text.slice(1, -1);
  }

  /** A number as text: of I (whole, or 00 and 01 for False and True), L (whole, ends with L) and F. */
  textNumber(code: "I" | "L" | "F"): number | bigint | boolean {
    const at = this.position;
    const text = this.line();
    if (code === "I" && (text === "00" || text === "01")) return text === "01";
    const digits = code === "L" ? text.replace(/L$/, "") : text;
    if (code === "F") {
      const value = Number(digits);
      return digits.trim() === "" || Number.isNaN(value)
        ? this.fail(`${JSON.stringify(text.slice(0, 20))} is no number`, at)
        : value;
    }
    if (!/^[+-]?\d{1,150}$/.test(digits)) this.fail(`${JSON.stringify(text.slice(0, 20))} is no whole number`, at);
    return narrowed(BigInt(digits));
  }

  /** A whole number of `count` bytes, lowest first, in two's complement. */
  long(count: number): number | bigint {
    if (count > longestNumber) this.fail(`a whole number of ${count} bytes`, this.position);
    const bytes = this.bytes(count);
    let value = 0n;
    for (let at = count - 1; at >= 0; at--) value = (value << 8n) | BigInt(bytes[at]!);
    return narrowed(BigInt.asIntN(8 * count, value));
  }
}

const narrowed = (value: bigint): number | bigint => (Number.isSafeInteger(Number(value)) ? Number(value) : value);
