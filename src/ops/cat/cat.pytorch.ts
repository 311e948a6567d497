import type { PytorchRule } from "../../core/pytorch.ts";

export const joinRule =
  (name: string): PytorchRule =>
  (inputs, _types, { dim }) =>
    `${name}([${inputs.join(", ")}], dim=${dim})`;
