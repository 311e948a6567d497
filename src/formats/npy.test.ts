import { describe, expect, it } from "vitest";
import { FileFormatError } from "../core/errors.ts";
import { parseNpy, serializeNpy } from "./npy.ts";
import { safetensorsFromFloat32, toFloat32 } from "./safetensors-dtype.ts";

function file(header: string, data: Uint8Array, version = 1): Uint8Array {
  const text = new TextEncoder().encode(header);
  const start = version === 1 ? 10 : 12;
  const bytes = new Uint8Array(start + text.length + data.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  new DataView(bytes.buffer).setUint16(8, text.length, true);
  bytes.set(text, start);
  bytes.set(data, start + text.length);
  return bytes;
}
const header = (descr: string, shape: string, fortran = "False") =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': (${shape}), }\n`;
const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);

it.each([[[2, 3]], [[6]], [[]], [[0, 3]]])("writes what it reads: shape [%s]", (shape) => {
  const count = shape.reduce((product, each) => product * each, 1);
  const tensor = safetensorsFromFloat32(
    Array.from({ length: count }, (_, at) => at - 1),
    shape,
  );
  const bytes = serializeNpy(tensor);
  expect((bytes.length - tensor.data.length) % 64).toBe(0);
  const read = parseNpy(bytes, "x.npy");
  const origin = { file: "x.npy", offset: bytes.length - tensor.data.length };
  expect({ ...read, data: [...read.data] }).toEqual({ ...tensor, data: [...tensor.data], origin });
});

it("axes in Fortran's order and numbers with the highest byte first", () => {
  const fortran = file(header("<f4", "2, 3", "True"), floats(0, 3, 1, 4, 2, 5));
  expect([...toFloat32(parseNpy(fortran, "x"))]).toEqual([0, 1, 2, 3, 4, 5]);
  const big = new Uint8Array(8);
  new DataView(big.buffer).setFloat32(0, 1.5);
  new DataView(big.buffer).setFloat32(4, -2);
  expect([...toFloat32(parseNpy(file(header(">f4", "2,"), big), "x"))]).toEqual([1.5, -2]);
});

describe("damaged files", () => {
  it.each([
    ["too few bytes", file(header("<f4", "4,"), floats(1, 2)), /needs 16 bytes, but 8 follow/],
    ["2^60 elements", file(header("<f4", "1152921504606846976,"), floats(1)), /but 4 follow/],
    ["objects", file(header("|O", "1,"), floats(1)), /no plain numbers/],
    [
      "a record",
      file("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", floats(1)),
      /no plain number/,
    ],
    ["version 9", file(header("<f4", "1,"), floats(1), 9), /version 9/],
    ["no shape", file("{'descr': '<f4', 'fortran_order': False}", floats(1)), /has no shape/],
    ["another file", Uint8Array.of(1, 2, 3), /does not begin as a .npy file/],
  ])("%s", (_, bytes, pattern) => {
    expect(() => parseNpy(bytes, "x.npy")).toThrow(FileFormatError);
    expect(() => parseNpy(bytes, "x.npy")).toThrow(pattern);
  });
});
