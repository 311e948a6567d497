import type { OnnxRule } from "../../core/onnx.ts";

export const catOnnx: OnnxRule = (call) =>
  call.add(
    "Concat",
    call.inputs.map(({ name }) => name),
    { axis: call.attributes.dim as number },
  );
