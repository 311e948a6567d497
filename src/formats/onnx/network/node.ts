export { inputShapeOf, OnnxNetwork } from "./onnx-network.ts";
export { readOnnxNetwork } from "./read-network.ts";
