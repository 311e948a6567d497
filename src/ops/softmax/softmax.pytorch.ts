import type { PytorchRule } from "../../core/pytorch.ts";

export const softmaxPytorch: PytorchRule = ([x], _types, { dim }) => `F.softmax(${x}, dim=${dim})`;
export const logSoftmaxPytorch: PytorchRule = ([x], _types, { dim }) => `F.log_softmax(${x}, dim=${dim})`;
