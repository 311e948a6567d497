export { writeFileAtomic } from "./atomic-file.ts";
export { exportOnnx, type OnnxExport, type OnnxExportOptions, type OnnxValueFacts } from "./export-onnx.ts";
export * from "./index.ts";
export { type FileFacts, inspectFile, type TensorFacts } from "./inspect-file.ts";
export { readOnnxNetwork } from "./read-onnx-network.ts";
export { readRegular } from "./read-regular.ts";
export { readTensorFile, withTensorFile } from "./read-tensor-file.ts";
export { readSafetensors, writeSafetensors } from "./safetensors-file.ts";
