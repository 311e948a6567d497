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
export const wherePytorch: PytorchRule = ([mask, a, b]) => {
  // Two whole numbers would give whole numbers.
  const [first, second] = [a!, b!].map((each) => (/^\(?-?\d+\)?$/.test(each) ? each.replace(/\d+/, "$&.0") : each));
  return `torch.where(${mask} != 0, ${first}, ${second})`;
};
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

/** 2, (-0.5), or (float("-inf")): negative ones come in brackets. */
const isNumber = (code: string) => /^\(?(float\("-?(inf|nan)"\)|-?\d[\d.]*(e[-+]?\d+)?)\)?$/.test(code);

export const clampPytorch: PytorchRule = (inputs, _types, attributes) => {
  const [min, max] = [bound(attributes.min), bound(attributes.max)];
  return min === undefined && max === undefined ? inputs[0]! : pythonCall("torch.clamp", inputs, { min, max });
};

const bound = (value: unknown) =>
  typeof value === "number" && Number.isFinite(value) ? pythonNumber(value) : undefined;
