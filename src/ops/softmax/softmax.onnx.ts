import type { OnnxRule } from "../../core/onnx.ts";

const along =
  (type: string): OnnxRule =>
  (call) => {
    // A single number has no axis.
    if (call.inputs[0]!.sizes.length === 0) return call.body();
    return call.add(type, [call.inputs[0]!.name], { axis: call.attributes.dim as number });
  };

export const softmaxOnnx = along("Softmax");
export const logSoftmaxOnnx = along("LogSoftmax");
