import type { OnnxRule } from "../../core/onnx.ts";

export const gatherOnnx: OnnxRule = (call) =>
  call.add(
    "GatherElements",
    call.inputs.map(({ name }) => name),
    { axis: call.attributes.dim as number },
  );

/** Added into zeros. */
export const scatterSumOnnx: OnnxRule = (call) => {
  const [index, src] = call.inputs.map(({ name }) => name) as [string, string];
  const zeros = call.add("Expand", [call.float(0), call.shape(call.records.map(({ output }) => output.shape))]);
  return call.add("ScatterElements", [zeros, index, src], { axis: call.attributes.dim as number, reduction: "add" });
};
