import type { OnnxRule } from "../../core/onnx.ts";

export const matmulOnnx: OnnxRule = (call) => {
  const { transposeA, transposeB } = call.attributes as { transposeA: boolean; transposeB: boolean };
  const [a, b, bias] = call.inputs.map(({ name }) => name) as [string, string, string?];
  const ranks = call.inputs.map(({ sizes }) => sizes.length);
  const plain = !transposeA && !transposeB;
  if (ranks[0] === 2 && ranks[1] === 2 && !(plain && bias === undefined)) {
    const turned = { ...(transposeA && { transA: 1 }), ...(transposeB && { transB: 1 }) };
    return call.add("Gemm", bias === undefined ? [a, b] : [a, b, bias], turned);
  }
  const turn = (name: string, rank: number) => {
    const axes = Array.from({ length: rank }, (_, axis) => axis);
    return call.add("Transpose", [name], { perm: [...axes.slice(0, -2), rank - 1, rank - 2] });
  };
  const product = call.add("MatMul", [transposeA ? turn(a, ranks[0]!) : a, transposeB ? turn(b, ranks[1]!) : b]);
  return bias === undefined ? product : call.add("Add", [product, bias]);
};
