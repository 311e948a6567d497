import { expect, test } from "vitest";
import { ArgumentError, FileFormatError } from "../core/errors.ts";
import { type SafetensorsDtype, type SafetensorsTensor, toFloat32, toInt32 } from "./safetensors-dtype.ts";
import { realTensor } from "./stored-tensor.ts";

type Buffered = ArrayLike<number | bigint> & { readonly buffer: ArrayBufferLike };

function tensor(dtype: SafetensorsDtype, values: Buffered): SafetensorsTensor {
  return { dtype, shape: [values.length], data: new Uint8Array(values.buffer as ArrayBuffer) };
}

test.each<[SafetensorsDtype, Buffered, number[]]>([
  ["F64", Float64Array.of(0.5, -1e30, NaN, Infinity), [0.5, Math.fround(-1e30), NaN, Infinity]],
  ["F32", Float32Array.of(0.1, -0), [Math.fround(0.1), -0]],
  ["I64", BigInt64Array.of(-3n, 2n ** 40n), [-3, 2 ** 40]],
  ["U64", BigUint64Array.of(2n ** 63n), [2 ** 63]],
  ["I32", Int32Array.of(-7), [-7]],
  ["U32", Uint32Array.of(4294967295), [4294967296]],
  ["I16", Int16Array.of(-300), [-300]],
  ["U16", Uint16Array.of(65535), [65535]],
  ["I8", Int8Array.of(-128, 127), [-128, 127]],
  ["U8", Uint8Array.of(255), [255]],
  ["BOOL", Uint8Array.of(0, 1, 1), [0, 1, 1]],
  ["BF16", Uint16Array.of(0x3f80, 0xc040, 0x7f80, 0xff80, 0x0001), [1, -3, Infinity, -Infinity, 2 ** -133]],
  [
    "F16",
    Uint16Array.of(0x3c00, 0xc200, 0x0001, 0x03ff, 0x7bff, 0x7c00, 0xfc00),
    [1, -3, 2 ** -24, 1023 * 2 ** -24, 65504, Infinity, -Infinity],
  ],
  ["F16", Uint16Array.of(0x8000, 0x7e00), [-0, NaN]],
])("%s to float32", (dtype, values, expected) => {
  expect([...toFloat32(tensor(dtype, values))]).toEqual(expected);
});

test("a finite float64 beyond float32 is refused, not turned into infinity", () => {
  expect(() => toFloat32(tensor("F64", Float64Array.of(1, 1e39)))).toThrow(/element 1 of this F64 tensor is 1e\+39/);
});

test("what does not fit names the file and the byte that it was read from", () => {
  const read = { ...tensor("F64", Float64Array.of(1, 1e39)), origin: { file: "big.pt", offset: 640 } };
  const message = "big.pt: element 1 of this F64 tensor is 1e+39, which is no float32 (at byte 640)";
  expect(() => toFloat32(read)).toThrow(new FileFormatError("big.pt", message.slice(8, -14), 640));
  expect(() => toFloat32(read)).toThrow(message);
  expect(() => realTensor("z", { ...read, dtype: "C128" })).toThrow("big.pt: z holds complex numbers (C128)");
});

test("integers to int32", () => {
  const limits = [-(2 ** 31), 2 ** 31 - 1];
  expect([...toInt32(tensor("I64", BigInt64Array.from(limits, BigInt)))]).toEqual(limits);
  expect([...toInt32(tensor("F32", Float32Array.of(3, -4)))]).toEqual([3, -4]);
  expect([...toInt32(tensor("BOOL", Uint8Array.of(1, 0)))]).toEqual([1, 0]);
});

test.each<[string, SafetensorsTensor]>([
  ["above", tensor("I64", BigInt64Array.of(2n ** 31n))],
  ["far above", tensor("I64", BigInt64Array.of(2n ** 53n + 1n))],
  ["below", tensor("I64", BigInt64Array.of(-(2n ** 31n) - 1n))],
  ["unsigned above", tensor("U32", Uint32Array.of(2 ** 31))],
  ["fraction", tensor("F32", Float32Array.of(0.5))],
  ["NaN", tensor("F16", Uint16Array.of(0x7e00))],
])("%s is no int32", (_, source) => {
  expect(() => toInt32(source)).toThrow(ArgumentError);
  expect(() => toInt32(source)).toThrow(/element 0/);
});
