import type { PytorchRule } from "../../core/pytorch.ts";

export const gatherPytorch: PytorchRule = ([x, index], _types, { dim }) =>
  `torch.gather(${x}, ${dim}, ${index}.long())`;
