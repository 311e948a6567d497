import type { OnnxRule } from "../../core/onnx.ts";

/** The weight lies in the file as in the network: [O, I]. */
export const linearOnnx: OnnxRule = (call) => {
  const [x, weight, bias] = call.inputs.map(({ name }) => name) as [string, string, string?];
  if (call.inputs[0]!.sizes.length === 2) {
    return call.add("Gemm", bias === undefined ? [x, weight] : [x, weight, bias], { transB: 1 });
  }
  const product = call.add("MatMul", [x, call.add("Transpose", [weight], { perm: [1, 0] })]);
  return bias === undefined ? product : call.add("Add", [product, bias]);
};
