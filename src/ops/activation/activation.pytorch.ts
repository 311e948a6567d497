import { type PytorchRule, pythonCall, pythonNumber } from "../../core/pytorch.ts";

/** `name(x)` of torch or its functions. */
export const functionRule =
  (name: string): PytorchRule =>
  (inputs) =>
    pythonCall(name, inputs);

const number = (value: unknown) => pythonNumber(value as number);

export const leakyReluPytorch: PytorchRule = (inputs, _types, { negativeSlope }) =>
  pythonCall("F.leaky_relu", inputs, { negative_slope: number(negativeSlope) });

export const eluPytorch: PytorchRule = (inputs, _types, { alpha }) =>
  pythonCall("F.elu", inputs, { alpha: number(alpha) });

export const geluPytorch: PytorchRule = (inputs, _types, { approximate }) =>
  pythonCall("F.gelu", inputs, { approximate: approximate === "none" ? undefined : `"${approximate}"` });

export const softplusPytorch: PytorchRule = (inputs, _types, { beta, threshold }) =>
  pythonCall("F.softplus", inputs, { beta: number(beta), threshold: number(threshold) });
