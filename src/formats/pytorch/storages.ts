import { FileFormatError } from "../../core/errors.ts";
import type { ByteRange, ByteSource } from "../byte-source.ts";
import { bytesOf } from "../stored-tensor.ts";
import { storageBytes } from "./globals.ts";
import type { PickledTensor } from "./values.ts";

/** The numbers of a file's tensors, which may share them. */
export class Storages {
  readonly #source: ByteSource;
  readonly #file: string;
  readonly #find: (key: string) => ByteRange | undefined;

  constructor(source: ByteSource, file: string, find: (key: string) => ByteRange | undefined) {
    this.#source = source;
    this.#file = file;
    this.#find = find;
  }

  /**
   * Reads the bytes of a tensor's elements in row-major order when it is called: a view of the source where they lie so, else a copy.
   * @throws FileFormatError at once where the storage is missing or too short.
   */
  reader({ storage, dtype, offset, shape, strides, at }: PickledTensor): () => Uint8Array {
    const fail = (problem: string): never => {
      throw new FileFormatError(this.#file, problem, at);
    };
    const range = this.#find(storage.key);
    if (!range) return fail(`storage ${storage.key.slice(0, 80)} is missing`);
    const length = range.end - range.start;
    if (length < storageBytes(storage.elements, storage.dtype)) {
      return fail(`storage ${storage.key.slice(0, 80)} needs ${storage.elements} elements, but has ${length} bytes`);
    }
    const size = bytesOf[dtype];
    const count = shape.reduce((product, each) => product * each, 1);
    if (count === 0) return () => new Uint8Array(0);
    const last = shape.reduce((sum, length, axis) => sum + (length - 1) * strides[axis]!, offset + storage.start);
    if (!Number.isSafeInteger(last) || (last + 1) * size > length) {
      return fail(`a tensor of shape [${shape.join(", ")}] reaches beyond its storage`);
    }
    const from = range.start + (offset + storage.start) * size;
    if (isRowMajor(shape, strides)) return () => this.#source.bytes(from, from + count * size);
    // Repeated elements need no room in the file.
    if (count * size > 4 * length + 2 ** 20) {
      return fail(`a tensor of shape [${shape.join(", ")}] repeats the ${length} bytes of its storage too often`);
    }
    const end = range.start + (last + 1) * size;
    return () => gather(this.#source.bytes(from, end), size, shape, strides);
  }
}

function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}

function gather(data: Uint8Array, size: number, shape: readonly number[], strides: readonly number[]): Uint8Array {
  const count = shape.reduce((product, each) => product * each, 1);
  const result = new Uint8Array(count * size);
  const index = new Array<number>(shape.length).fill(0);
  let place = 0;
  for (let at = 0; at < result.length; at += size) {
    for (let byte = 0; byte < size; byte++) result[at + byte] = data[place + byte]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place += strides[axis]! * size;
      if (++index[axis]! < shape[axis]!) break;
      place -= strides[axis]! * size * shape[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}
