import { type SafetensorsTensor, toFloat32, toInt32 } from "../../safetensors-dtype.ts";
import { type Kind, known, type Value } from "./value.ts";

/** By ONNX's number of an element type. */
export const kindOf = (dataType: number): Kind =>
  [1, 10, 11, 16].includes(dataType) ? "float" : dataType === 9 ? "bool" : "int";

/** A stored tensor as a value of known numbers. */
export function knownOf(tensor: SafetensorsTensor, dataType: number): Value {
  return known(numbersOf(tensor), tensor.shape, kindOf(dataType), dataType);
}

/** 64-bit whole numbers may be above what int32 holds: "to the end" is such a one. */
function numbersOf(tensor: SafetensorsTensor): Float64Array {
  const { dtype } = tensor;
  if (dtype === "I64") return Float64Array.from(new BigInt64Array(new Uint8Array(tensor.data).buffer), Number);
  if (dtype === "U64") return Float64Array.from(new BigUint64Array(new Uint8Array(tensor.data).buffer), Number);
  if (dtype === "U32") return Float64Array.from(new Uint32Array(new Uint8Array(tensor.data).buffer));
  const float = ["F32", "F16", "BF16", "F64"].includes(dtype);
  return Float64Array.from(float ? toFloat32(tensor) : toInt32(tensor));
}
