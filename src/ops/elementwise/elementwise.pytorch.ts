import { type PytorchRule, pythonCall, pythonNumber } from "../../core/pytorch.ts";

export const infixRule =
  (operator: string): PytorchRule =>
  ([a, b]) =>
    `${a} ${operator} ${b}`;

export const comparisonRule =
  (operator: string): PytorchRule =>
  ([a, b]) =>
    `(${a} ${operator} ${b}).float()`;

export const negPytorch: PytorchRule = ([x]) => `-${x}`;
export const wherePytorch: PytorchRule = ([mask, a, b]) => `torch.where(${mask} != 0, ${a}, ${b})`;
export const constantPytorch: PytorchRule = (_inputs, _types, { value }) => pythonNumber(value as number);
export const castPytorch: PytorchRule = ([x], _types, { dtype }) => `${x}.${dtype === "int32" ? "int" : "float"}()`;
export const detachPytorch: PytorchRule = ([x]) => `${x}.detach()`;
export const powNumberPytorch: PytorchRule = ([x], _types, { exponent }) =>
  `${x} ** ${pythonNumber(exponent as number)}`;

/** torch.maximum takes tensors only: a number is a bound of clamp. */
export const extremeRule =
  (name: string, bound: string): PytorchRule =>
  ([a, b]) => {
    if (isNumber(b!)) return pythonCall("torch.clamp", [a!], { [bound]: b });
    return isNumber(a!) ? pythonCall("torch.clamp", [b!], { [bound]: a }) : pythonCall(name, [a!, b!]);
  };

const isNumber = (code: string) => Number.isFinite(Number(code));

export const clampPytorch: PytorchRule = (inputs, _types, { min, max }) =>
  pythonCall("torch.clamp", inputs, { min: bound(min), max: bound(max) });

const bound = (value: unknown) =>
  typeof value === "number" && Number.isFinite(value) ? pythonNumber(value) : undefined;
