import { ArgumentError } from "../../../core/errors.ts";
import { bytesOf, type StoredDtype, type StoredTensor } from "../../stored-tensor.ts";

/** What torch.save would be given: a Map is a dict, an array a list, and whole numbers are ints. */
export type PythonValue =
  | string
  | number
  | boolean
  | null
  | TorchTensor
  | readonly PythonValue[]
  | { readonly [key: string]: PythonValue }
  | ReadonlyMap<string | number, PythonValue>;

/** A tensor of a file for PyTorch. */
export class TorchTensor {
  readonly stored: StoredTensor;

  constructor(stored: StoredTensor) {
    this.stored = stored;
  }
}

const storageNames: Readonly<Partial<Record<StoredDtype, string>>> = {
  F64: "DoubleStorage",
  F32: "FloatStorage",
  F16: "HalfStorage",
  BF16: "BFloat16Storage",
  I64: "LongStorage",
  I32: "IntStorage",
  I16: "ShortStorage",
  I8: "CharStorage",
  U8: "ByteStorage",
  BOOL: "BoolStorage",
};

/** A pickle of protocol 2 and the storages that it names by number, as torch.load reads them. A Map is an OrderedDict, a record a dict. */
export function pickle(value: PythonValue): { readonly bytes: Uint8Array; readonly storages: readonly Uint8Array[] } {
  const writer = new PickleWriter();
  writer.value(value);
  return { bytes: writer.finish(), storages: writer.storages };
}

class PickleWriter {
  readonly storages: Uint8Array[] = [];
  readonly #parts: Uint8Array[] = [Uint8Array.of(0x80, 2)];

  finish(): Uint8Array {
    this.#op(".");
    return joined(this.#parts);
  }

  value(value: PythonValue): void {
    if (value === null) this.#op("N");
    else if (typeof value === "boolean") this.#parts.push(Uint8Array.of(value ? 0x88 : 0x89));
    else if (typeof value === "number") this.#number(value);
    else if (typeof value === "string") this.#text(value);
    else if (value instanceof TorchTensor) this.#tensor(value.stored);
    else if (value instanceof Map) this.#orderedDict(value);
    else if (Array.isArray(value)) this.#list(value);
    else this.#dict(value as { readonly [key: string]: PythonValue });
  }

  #number(value: number): void {
    if (!Number.isInteger(value) || Object.is(value, -0)) {
      const bytes = new Uint8Array(9);
      bytes[0] = "G".charCodeAt(0);
      new DataView(bytes.buffer).setFloat64(1, value);
      this.#parts.push(bytes);
    } else if (Math.abs(value) < 2 ** 31) this.#with32("J", value);
    else {
      const bytes = new Uint8Array(10);
      bytes.set([0x8a, 8]);
      new DataView(bytes.buffer).setBigInt64(2, BigInt(value), true);
      this.#parts.push(bytes);
    }
  }

  #text(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.#with32("X", bytes.length);
    this.#parts.push(bytes);
  }

  #list(values: readonly PythonValue[]): void {
    this.#op("](");
    for (const each of values) this.value(each);
    this.#op("e");
  }

  #dict(values: { readonly [key: string]: PythonValue }): void {
    this.#op("}");
    this.#items(Object.entries(values));
  }

  #orderedDict(values: ReadonlyMap<string | number, PythonValue>): void {
    this.#global("collections", "OrderedDict");
    this.#op(")R");
    this.#items(values);
  }

  #items(entries: Iterable<readonly [string | number, PythonValue]>): void {
    this.#op("(");
    for (const [key, each] of entries) {
      this.value(key);
      this.value(each);
    }
    this.#op("u");
  }

  /** torch._utils._rebuild_tensor_v2(storage, offset, size, strides, requires_grad, backward hooks). */
  #tensor({ dtype, shape, data }: StoredTensor): void {
    const storage = storageNames[dtype];
    if (!storage) throw new ArgumentError(`tensors of ${dtype} can't be written for PyTorch`);
    this.#global("torch._utils", "_rebuild_tensor_v2");
    this.#op("((");
    this.value("storage");
    this.#global("torch", storage);
    this.value(String(this.storages.length));
    this.value("cpu");
    this.value(data.length / bytesOf[dtype]);
    this.#op("tQ");
    this.storages.push(data);
    this.value(0);
    this.#sizes(shape);
    this.#sizes(shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1)));
    this.value(false);
    this.#global("collections", "OrderedDict");
    this.#op(")RtR");
  }

  #sizes(values: readonly number[]): void {
    this.#op("(");
    for (const each of values) this.value(each);
    this.#op("t");
  }

  #global(module: string, name: string): void {
    this.#op(`c${module}\n${name}\n`);
  }

  #op(text: string): void {
    this.#parts.push(new TextEncoder().encode(text));
  }

  #with32(op: string, value: number): void {
    const bytes = new Uint8Array(5);
    bytes[0] = op.charCodeAt(0);
    new DataView(bytes.buffer).setInt32(1, value, true);
    this.#parts.push(bytes);
  }
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
