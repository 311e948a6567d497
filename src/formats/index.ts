export { castTensor } from "./cast-tensor.ts";
export { isWeightFile } from "./file-kind.ts";
export { parseNpy, serializeNpy } from "./npy.ts";
export { parseRenaming, type Renaming, renameKeys } from "./rename.ts";
export { parseSafetensors, type SafetensorsContent, serializeSafetensors } from "./safetensors.ts";
export {
  type SafetensorsDtype,
  type SafetensorsTensor,
  safetensorsFromFloat32,
  safetensorsFromInt32,
  toFloat32,
  toInt32,
} from "./safetensors-dtype.ts";
export { realTensor, type StoredTensor } from "./stored-tensor.ts";
export { parseTensorFile, type TensorFile, type TensorFileOptions } from "./tensor-file.ts";
