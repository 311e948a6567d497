import type { PytorchRule } from "../../core/pytorch.ts";

/** PyTorch draws its own random numbers. */
export const dropoutPytorch: PytorchRule = ([x], _types, { p }) => `F.dropout(${x}, ${p})`;
