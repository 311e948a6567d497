import { FileFormatError } from "../core/errors.ts";

/** An idx file of unsigned bytes: MNIST's format. */
export interface Idx {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** Where the values of an idx file start, its shape, and how many bytes the whole file has. */
export interface IdxHeader {
  readonly shape: readonly number[];
  readonly start: number;
  readonly bytes: number;
}

const maxBytes = 2 ** 31;

/**
 * Reads the header of an idx file: two zero bytes, the type (8: unsigned byte), the number of axes, and a big-endian
 * 32-bit length for each axis.
 *
 * @throws FileFormatError when it is damaged, of another type, or of over 2 GiB.
 */
export function parseIdxHeader(bytes: Uint8Array, name: string): IdxHeader {
  if (bytes.length < 4) throw new FileFormatError(name, "the file is too short for an idx header", bytes.length);
  if (bytes[0] !== 0 || bytes[1] !== 0) {
    throw new FileFormatError(name, "this is no idx file: it must start with two zero bytes");
  }
  if (bytes[2] !== 8) {
    throw new FileFormatError(name, `only idx files of unsigned bytes (type 8) are read, got type ${bytes[2]}`, 2);
  }
  const axes = bytes[3]!;
  if (axes < 1 || axes > 4) throw new FileFormatError(name, `an idx file must have 1 to 4 axes, got ${axes}`, 3);
  const start = 4 + 4 * axes;
  if (bytes.length < start) throw new FileFormatError(name, "the idx header is truncated", bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const total = start + shape.reduce((product, side) => product * side, 1);
  if (shape.includes(0) || total > maxBytes) {
    throw new FileFormatError(name, `the shape must be positive and under 2 GiB, got [${shape.join(", ")}]`, 4);
  }
  return { shape, start, bytes: total };
}

/**
 * Reads an idx file that is not compressed. The data is a view of `bytes`.
 *
 * @example
 * import { parseIdx } from "convsmith/data";
 * const { shape, data } = parseIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 9), "two.idx");
 * console.log(shape, data); // [ 2 ] 7, 9
 *
 * @throws FileFormatError when the header is wrong or the file is shorter or longer than it says.
 */
export function parseIdx(bytes: Uint8Array, name: string): Idx {
  const header = parseIdxHeader(bytes, name);
  if (bytes.length !== header.bytes) {
    const problem = bytes.length < header.bytes ? "is truncated" : "has bytes after its end";
    const size = `${header.bytes} bytes for shape [${header.shape.join(", ")}], got ${bytes.length}`;
    throw new FileFormatError(name, `the file ${problem}: needs ${size}`, Math.min(bytes.length, header.bytes));
  }
  return { shape: header.shape, data: bytes.subarray(header.start) };
}
