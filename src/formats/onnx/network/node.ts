export { inputShapeOf, OnnxNetwork } from "./onnx-network.ts";
export { openOnnxNetwork, readOnnxNetwork } from "./read-network.ts";
