import { type PytorchRule, pythonCall, pythonNumber, pythonTuple } from "../../core/pytorch.ts";

/** Over the last dimensions, as PyTorch has it; or over the channels of [N, C, H, W], which are moved to the end and back. */
export const layerNormPytorch: PytorchRule = ([x, weight, bias], [type], attributes) => {
  const { shape } = type!;
  const dims = attributes.dims as readonly number[];
  const sizes = pythonTuple(dims.map((dim) => shape[dim]!));
  const norm = (input: string) =>
    pythonCall("F.layer_norm", [input, sizes], { weight, bias, eps: pythonNumber(attributes.eps as number) });
  if (dims.every((dim, at) => dim === shape.length - dims.length + at)) return norm(x!);
  if (shape.length !== 4 || dims.join() !== "1") return null;
  return `${norm(`${x}.permute(0, 2, 3, 1)`)}.permute(0, 3, 1, 2)`;
};
