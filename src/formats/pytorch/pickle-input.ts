import { FileFormatError } from "../../core/errors.ts";

/** More bytes than any number in a checkpoint has: Python's whole numbers have no end. */
const longestNumber = 64;

/** The bytes of a pickle from some byte on, with every read checked. */
export class PickleInput {
  position: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #file: string;
  readonly #base: number;

  constructor(bytes: Uint8Array, start: number, file: string, base: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = start;
    this.#file = file;
    this.#base = base;
  }

  get done(): boolean {
    return this.position >= this.#bytes.length;
  }

  fail(problem: string, at: number): never {
    throw new FileFormatError(this.#file, problem, this.#base + at);
  }

  skip(count: number): number {
    const at = this.position;
    if (count > this.#bytes.length - at) this.fail(`${count} bytes are needed, but the pickle ends`, at);
    this.position = at + count;
    return at;
  }

  byte(): number {
    return this.#bytes[this.skip(1)]!;
  }

  unsigned(size: 1 | 2 | 4): number {
    const at = this.skip(size);
    if (size === 1) return this.#bytes[at]!;
    return size === 2 ? this.#view.getUint16(at, true) : this.#view.getUint32(at, true);
  }

  int32(): number {
    return this.#view.getInt32(this.skip(4), true);
  }

  /** A length of eight bytes. */
  length64(): number {
    const at = this.skip(8);
    const value = this.#view.getBigUint64(at, true);
    if (value > BigInt(this.#bytes.length)) this.fail(`${value} bytes are needed, but the pickle ends`, at);
    return Number(value);
  }

  float64(): number {
    return this.#view.getFloat64(this.skip(8), false);
  }

  bytes(count: number): Uint8Array {
    const at = this.skip(count);
    return this.#bytes.subarray(at, at + count);
  }

  text(count: number): string {
    return new TextDecoder().decode(this.bytes(count));
  }

  /** Text up to the end of the line. */
  line(): string {
    const end = this.#bytes.indexOf(10, this.position);
    if (end < 0) this.fail("a line has no end", this.position);
    const text = this.text(end - this.position);
    this.position = end + 1;
    return text;
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
