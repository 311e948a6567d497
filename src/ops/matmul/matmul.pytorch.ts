import type { PytorchRule } from "../../core/pytorch.ts";

export const matmulPytorch: PytorchRule = ([a, b, bias], _types, { transposeA, transposeB }) => {
  const matrix = (code: string, transposed: unknown) => (transposed ? `${code}.transpose(-2, -1)` : code);
  const product = `torch.matmul(${matrix(a!, transposeA)}, ${matrix(b!, transposeB)})`;
  return bias ? `${product} + ${bias}` : product;
};
