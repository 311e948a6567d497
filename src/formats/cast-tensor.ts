import { ArgumentError } from "../core/errors.ts";
import { type SafetensorsTensor, toFloat32 } from "./safetensors-dtype.ts";

const fractions = ["F64", "F32", "F16", "BF16"];

/**
 * A tensor with its numbers as another type, rounded to nearest, ties to even; one of whole numbers stays as it is.
 * @throws ArgumentError where a finite number is too large for the type.
 * @example
 * import { castTensor, safetensorsFromFloat32, toFloat32 } from "convsmith/formats";
 * const half = castTensor("bias", safetensorsFromFloat32([0.1, 2], [2]), "F16");
 * console.log(half.data.length, toFloat32(half)); // 4 Float32Array [0.0999755859375, 2]
 */
export function castTensor(name: string, tensor: SafetensorsTensor, dtype: "F32" | "F16" | "BF16"): SafetensorsTensor {
  if (tensor.dtype === dtype || !fractions.includes(tensor.dtype)) return tensor;
  const values = toFloat32(tensor);
  const { shape } = tensor;
  if (dtype === "F32")
    return { dtype, shape, data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
  const bits = Uint16Array.from(values, (value) => {
    const rounded = dtype === "F16" ? halfBits(value) : bfloatBits(value);
    const infinite = dtype === "F16" ? (rounded & 0x7fff) === 0x7c00 : (rounded & 0x7fff) === 0x7f80;
    if (infinite && Number.isFinite(value)) throw new ArgumentError(`${name}: holds ${value}, too large for ${dtype}`);
    return rounded;
  });
  return { dtype, shape, data: new Uint8Array(bits.buffer) };
}

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

function bfloatBits(value: number): number {
  float[0] = value;
  const bits = word[0]!;
  if (Number.isNaN(value)) return 0x7fc0;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

function halfBits(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  float[0] = value;
  const sign = (word[0]! >>> 16) & 0x8000;
  const size = Math.abs(value);
  if (size >= 65_520) return sign | 0x7c00;
  const exponent = size === 0 ? -14 : Math.max(-14, Math.floor(Math.log2(size)));
  const steps = toEven(size / 2 ** (exponent - 10));
  // A subnormal has no leading one; rounding up to the next power carries into the exponent by itself.
  return sign | (size < 2 ** -14 ? steps : ((exponent + 14) << 10) + steps);
}

function toEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
