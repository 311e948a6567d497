export { parseSafetensors, type SafetensorsContent, serializeSafetensors } from "./safetensors.ts";
export {
  type SafetensorsDtype,
  type SafetensorsTensor,
  safetensorsFromFloat32,
  safetensorsFromInt32,
  toFloat32,
  toInt32,
} from "./safetensors-dtype.ts";
