import { ArgumentError, FileFormatError } from "../core/errors.ts";

/** Bytes of one element, by the format's name of the type. */
export const bytesPerElement = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
} as const;

export type SafetensorsDtype = keyof typeof bytesPerElement;

/** Where a tensor was read: errors name it. */
export interface TensorOrigin {
  readonly file: string;
  /** Byte of the file at which it lies, or is described. */
  readonly offset: number;
}

/** One tensor of a file: little-endian elements in row-major order. */
export interface SafetensorsTensor {
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
  readonly origin?: TensorOrigin;
}

export function isSafetensorsDtype(value: unknown): value is SafetensorsDtype {
  return typeof value === "string" && Object.hasOwn(bytesPerElement, value);
}

type Elements = ArrayLike<number> | ArrayLike<bigint>;

// A tensor may start at any byte of its file, so its bytes are copied to where a typed array can stand.
function elements({ dtype, data }: SafetensorsTensor): Elements {
  const { buffer } = new Uint8Array(data);
  switch (dtype) {
    case "F64":
      return new Float64Array(buffer);
    case "F32":
      return new Float32Array(buffer);
    case "F16":
      return Float32Array.from(new Uint16Array(buffer), halfToNumber);
    case "BF16":
      return bfloat16(new Uint16Array(buffer));
    case "I64":
      return new BigInt64Array(buffer);
    case "I32":
      return new Int32Array(buffer);
    case "I16":
      return new Int16Array(buffer);
    case "I8":
      return new Int8Array(buffer);
    case "U64":
      return new BigUint64Array(buffer);
    case "U32":
      return new Uint32Array(buffer);
    case "U16":
      return new Uint16Array(buffer);
    case "U8":
      return new Uint8Array(buffer);
    case "BOOL":
      return Uint8Array.from(data, (byte) => (byte === 0 ? 0 : 1));
  }
}

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

function bfloat16(halves: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(halves, (bits) => (bits << 16) >>> 0).buffer);
}

/**
 * The elements as float32, from any type of the format, rounded to nearest.
 * Throws a FileFormatError that names the file and the byte where a finite float64 is too large for float32, an ArgumentError
 * where the tensor comes from no file.
 * @example
 * import { safetensorsFromFloat32, toFloat32 } from "convsmith/formats";
 * console.log(toFloat32(safetensorsFromFloat32([1, 2, 3], [3])));
 */
export function toFloat32(tensor: SafetensorsTensor): Float32Array {
  const source = elements(tensor);
  if (source instanceof Float32Array) return source;
  const result = new Float32Array(source.length);
  for (let index = 0; index < source.length; index++) {
    const value = Number(source[index]);
    result[index] = value;
    if (Number.isFinite(value) && !Number.isFinite(result[index])) throw doesNotFit(tensor, index, value, "float32");
  }
  return result;
}

/**
 * The elements as int32, from any type of the format.
 * Throws a FileFormatError, or an ArgumentError where the tensor comes from no file, at the first element that is no integer
 * or lies outside [-2^31, 2^31 - 1].
 * @example
 * import { safetensorsFromInt32, toInt32 } from "convsmith/formats";
 * console.log(toInt32(safetensorsFromInt32([1, 2, 3], [3])));
 */
export function toInt32(tensor: SafetensorsTensor): Int32Array {
  const source = elements(tensor);
  if (source instanceof Int32Array) return source;
  const result = new Int32Array(source.length);
  for (let index = 0; index < source.length; index++) {
    const value = Number(source[index]);
    result[index] = value;
    if (result[index] !== value) throw doesNotFit(tensor, index, source[index]!, "int32");
  }
  return result;
}

function doesNotFit(tensor: SafetensorsTensor, index: number, value: number | bigint, type: string): Error {
  return wrongTensor(tensor, `element ${index} of this ${tensor.dtype} tensor is ${value}, which is no ${type}`);
}

/** Names the file where there is one. */
export function wrongTensor({ origin }: Pick<SafetensorsTensor, "origin">, problem: string): Error {
  return origin
    ? new FileFormatError(origin.file, problem, origin.offset)
    : new ArgumentError(`safetensors: ${problem}`);
}

/** An F32 tensor with a copy of `values`; `shape` must hold as many elements. */
export function safetensorsFromFloat32(values: ArrayLike<number>, shape: readonly number[]): SafetensorsTensor {
  return { dtype: "F32", shape: [...shape], data: new Uint8Array(Float32Array.from(values).buffer) };
}

/** An I32 tensor with a copy of `values`; `shape` must hold as many elements. */
export function safetensorsFromInt32(values: ArrayLike<number>, shape: readonly number[]): SafetensorsTensor {
  return { dtype: "I32", shape: [...shape], data: new Uint8Array(Int32Array.from(values).buffer) };
}
