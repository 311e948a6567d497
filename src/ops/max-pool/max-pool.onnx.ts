import type { OnnxRule } from "../../core/onnx.ts";
import { pooled } from "../pooling.onnx.ts";

export const maxPool2dOnnx: OnnxRule = (call) => {
  const dilations = call.attributes.dilation as readonly number[];
  return pooled(call, "MaxPool", { dilations });
};
