export { inputShapeOf } from "./input-shape.ts";
export { OnnxNetwork } from "./onnx-network.ts";
export { openOnnxNetwork, readOnnxNetwork } from "./read-network.ts";
