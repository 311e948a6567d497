import { expect, it } from "vitest";
import { castTensor } from "./cast-tensor.ts";
import { safetensorsFromFloat32, safetensorsFromInt32, toFloat32 } from "./safetensors-dtype.ts";

const cast = (values: number[], dtype: "F16" | "BF16") =>
  castTensor("x", safetensorsFromFloat32(values, [values.length]), dtype);
const bits = (values: number[], dtype: "F16" | "BF16") => [...new Uint16Array(cast(values, dtype).data.buffer)];

it("rounds to nearest, ties to even, as NumPy and PyTorch do", () => {
  const values = [1, -2, 0.1, 65_504, 1 + 2 ** -11, 1 + 3 * 2 ** -11, 2 ** -24, 2 ** -25, 3 * 2 ** -26, 2 ** -14, -0];
  // numpy.float16(values).view(uint16)
  expect(bits(values, "F16")).toEqual([
    0x3c00, 0xc000, 0x2e66, 0x7bff, 0x3c00, 0x3c02, 0x0001, 0x0000, 0x0001, 0x0400, 0x8000,
  ]);
  expect(bits([2047.9999, 6.1e-5, Number.POSITIVE_INFINITY], "F16")).toEqual([0x6800, 0x03ff, 0x7c00]);
  expect(bits([1, 1 + 2 ** -8, 1 + 3 * 2 ** -8, 3.1, -1e30], "BF16")).toEqual([0x3f80, 0x3f80, 0x3f82, 0x4046, 0xf14a]);
  expect([...toFloat32(cast([Number.NaN, 0.5], "BF16"))]).toEqual([Number.NaN, 0.5]);
});

it("leaves whole numbers alone, and refuses what does not fit", () => {
  const counter = safetensorsFromInt32([7], []);
  expect(castTensor("n", counter, "F16")).toBe(counter);
  expect(() => cast([65_520], "F16")).toThrow("x: holds 65520, too large for F16");
  const half = cast([0.1], "F16");
  expect([...toFloat32(castTensor("x", half, "F32"))]).toEqual([...toFloat32(half)]);
});
