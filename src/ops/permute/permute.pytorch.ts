import type { PytorchRule } from "../../core/pytorch.ts";

export const permutePytorch: PytorchRule = ([x], _types, { dims }) =>
  `${x}.permute(${(dims as readonly number[]).join(", ")})`;
