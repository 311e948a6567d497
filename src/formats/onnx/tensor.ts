import { ConvsmithError } from "../../core/errors.ts";
import type { ByteRange, ByteSource } from "../byte-source.ts";
import { bytesOf, type StoredDtype, type StoredTensor, tensorReadBy } from "../stored-tensor.ts";
import { shownName as shown } from "./in-file.ts";
import type { Tensor } from "./value_pb.ts";

/** Element types by ONNX's numbers. */
const types: Readonly<Record<number, StoredDtype>> = {
  1: "F32",
  2: "U8",
  3: "I8",
  4: "U16",
  5: "I16",
  6: "I32",
  7: "I64",
  9: "BOOL",
  10: "F16",
  11: "F64",
  12: "U32",
  13: "U64",
  14: "C64",
  15: "C128",
  16: "BF16",
};
const others: Readonly<Record<number, string>> = {
  0: "no type",
  8: "strings",
  17: "float8e4m3fn",
  18: "float8e4m3fnuz",
  19: "float8e5m2",
  20: "float8e5m2fnuz",
  21: "uint4",
  22: "int4",
  23: "float4e2m1",
};

/** The name of an element type, also of one that is not read. */
export const typeName = (type: number): string => types[type] ?? others[type] ?? `type ${type}`;

export const dtypeOf = (type: number): StoredDtype | null => types[type] ?? null;

/** Where the numbers of a tensor lie that are not in the file itself. */
export interface ExternalData {
  readonly location: string;
  readonly offset: number;
  /** Null: up to the end. */
  readonly length: number | null;
}

/** More axes than any tensor of a network has. */
export const mostAxes = 64;

/** The shape of a tensor in a file. @throws ConvsmithError for sizes below 0 or beyond what can be counted. */
export function tensorShape({ dims, name }: Tensor): number[] {
  if (dims.length > mostAxes)
    throw new ConvsmithError(`tensor ${shown(name)} has ${dims.length} axes, above ${mostAxes}`);
  const shape = dims.map(Number);
  const count = shape.reduce((product, each) => product * each, 1);
  if (!shape.every((each) => Number.isSafeInteger(each) && each >= 0) || !Number.isSafeInteger(count)) {
    throw new ConvsmithError(
      `tensor ${shown(name)} has the shape [${dims.join(", ")}], but needs sizes from 0, of fewer than 2^53 elements`,
    );
  }
  return shape;
}

/**
 * The numbers of a tensor: raw, or in the fields for its type.
 * @throws ConvsmithError for a type that is not read, or where there are not as many numbers as the shape has.
 */
export function storedTensor(tensor: Tensor): StoredTensor {
  const { dtype, shape } = factsOf(tensor);
  const { rawData } = tensor;
  const count = shape.reduce((product, each) => product * each, 1);
  const data = rawData.length > 0 ? rawData : typed(tensor, dtype, count);
  checkLength(tensor, { dtype, shape }, data.length);
  return { dtype, shape, data };
}

/** A tensor whose numbers are a part of the source, a file, and are read when somebody asks for them. @throws as storedTensor */
export function tensorIn(tensor: Tensor, source: ByteSource, { start, end }: ByteRange, file: string): StoredTensor {
  const facts = factsOf(tensor);
  checkLength(tensor, facts, end - start);
  return tensorReadBy(facts, () => source.bytes(start, end), { file, offset: start });
}

function factsOf(tensor: Tensor) {
  const dtype = types[tensor.dataType];
  if (dtype) return { dtype, shape: tensorShape(tensor) };
  const kind = typeName(tensor.dataType);
  throw new ConvsmithError(`tensor ${shown(tensor.name)} has elements of ${kind}, which are not read`);
}

function checkLength({ name }: Tensor, { dtype, shape }: ReturnType<typeof factsOf>, length: number): void {
  const bytes = shape.reduce((product, each) => product * each, bytesOf[dtype]);
  if (length === bytes) return;
  throw new ConvsmithError(
    `tensor ${shown(name)} of shape [${shape.join(", ")}] and type ${dtype} needs ${bytes} bytes, but has ${length}`,
  );
}

/** Each type has its field; small whole numbers, halves and truth values are in that of int32. */
function typed(tensor: Tensor, dtype: StoredDtype, count: number): Uint8Array {
  const bytes = (array: { readonly buffer: ArrayBufferLike }) => new Uint8Array(array.buffer as ArrayBuffer);
  switch (dtype) {
    case "F32":
    case "C64":
      return bytes(Float32Array.from(tensor.floatData));
    case "F64":
    case "C128":
      return bytes(Float64Array.from(tensor.doubleData));
    case "I64":
      return bytes(BigInt64Array.from(tensor.int64Data));
    case "U64":
      return bytes(BigUint64Array.from(tensor.uint64Data));
    case "U32":
      return bytes(Uint32Array.from(tensor.uint64Data, Number));
    case "I32":
      return bytes(Int32Array.from(tensor.int32Data));
    case "I16":
    case "U16":
    case "F16":
    case "BF16":
      return bytes(Uint16Array.from(tensor.int32Data));
    default:
      return tensor.int32Data.length === count ? Uint8Array.from(tensor.int32Data) : new Uint8Array(0);
  }
}

/** Null for a tensor whose numbers are in the file. @throws ConvsmithError for a place outside of the file's folder. */
export function externalData({ name, dataLocation, externalData }: Tensor): ExternalData | null {
  if (dataLocation !== 1) return null;
  const entries = new Map(externalData.map(({ key, value }) => [key, value]));
  const fail = (problem: string): never => {
    throw new ConvsmithError(`tensor ${shown(name)} ${problem}`);
  };
  const location = entries.get("location") ?? fail("lies in another file, but it is not said in which");
  if (/^([/\\]|[a-z]:)/i.test(location) || location.split(/[/\\]/).includes("..")) {
    fail(`lies in ${shown(location)}, outside of the file's folder`);
  }
  const whole = (key: string): number | null => {
    const text = entries.get(key);
    if (text === undefined) return null;
    const value = Number(text);
    return /^\d+$/.test(text) && Number.isSafeInteger(value) ? value : fail(`has the ${key} ${shown(text)}`);
  };
  return { location, offset: whole("offset") ?? 0, length: whole("length") };
}
