import { type PytorchRule, pythonCall, pythonNumber, pythonTuple } from "../../core/pytorch.ts";
import { sliceNumbers } from "./slice.ts";

export const slicePytorch: PytorchRule = ([x], [type], attributes) => {
  const { shape } = type!;
  const [starts, ends, steps] = (["starts", "ends", "steps"] as const).map((name) => sliceNumbers(attributes, name));
  const ranges = shape.map((size, axis) => {
    const [start, end, step] = [starts![axis]!, ends![axis]!, steps![axis]!];
    return `${start || ""}:${end === size ? "" : end}${step === 1 ? "" : `:${step}`}`;
  });
  while (ranges.at(-1) === ":" && ranges.length > 1) ranges.pop();
  return `${x}[${ranges.join(", ")}]`;
};

export const constantPadPytorch: PytorchRule = ([x], _types, attributes) => {
  const [before, after] = [attributes.before, attributes.after] as (readonly number[])[];
  const pad = before!.map((size, axis) => [size, after![axis]!]).reverse();
  while (pad.length > 1 && pad.at(-1)!.every((size) => size === 0)) pad.pop();
  return pythonCall("F.pad", [x!, pythonTuple(pad.flat())], { value: fillOf(attributes.value) });
};

export const padPytorch: PytorchRule = ([x], _types, { pad, mode, value }) =>
  pythonCall("F.pad", [x!, pythonTuple(pad as readonly number[])], {
    mode: mode === "constant" ? undefined : `"${mode}"`,
    value: mode === "constant" ? fillOf(value) : undefined,
  });

const fillOf = (value: unknown) => (value === 0 ? undefined : pythonNumber(value as number));
