import type { Attributes } from "./op.ts";
import type { TensorType } from "./shape.ts";

/** The axis of a tensor that is the larger, the larger the batch of the network's input; null where that is none, or several. */
export type BatchAxis = (type: TensorType) => number | null;

/**
 * A call of an op as a Python expression, given those of its inputs; null where PyTorch has no form of it. Kept beside the
 * op, in `ops/pytorch.ts`. Names at hand: torch, nn and F (torch.nn.functional).
 */
export type PytorchRule = (
  inputs: readonly string[],
  types: readonly TensorType[],
  attributes: Attributes,
  output: TensorType,
  batchAxis: BatchAxis,
) => string | null;

/** (2, 3), and (2,) for one. */
export const pythonTuple = (values: readonly (number | null)[]): string =>
  `(${values.map(pythonNumber).join(", ")}${values.length === 1 ? "," : ""})`;

/** A single number where all are the same: 3 for [3, 3]. */
export const pythonSizes = (values: readonly (number | null)[]): string =>
  values.every((each) => each === values[0]) ? pythonNumber(values[0]!) : pythonTuple(values);

export function pythonNumber(value: number | null): string {
  if (value === null) return "None";
  if (Number.isNaN(value)) return 'float("nan")';
  if (!Number.isFinite(value)) return value > 0 ? 'float("inf")' : 'float("-inf")';
  if (Object.is(value, -0)) return "-0.0";
  return value !== 0 && Math.abs(value) < 1e-4 ? value.toExponential() : String(value);
}

/** With a point: torch takes 1 for a whole number. */
export function pythonFloat(value: number): string {
  const text = pythonNumber(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

export const pythonBoolean = (value: unknown): string => (value ? "True" : "False");

/** "name(first, second=2)": what is undefined is left out. */
export function pythonCall(
  name: string,
  inputs: readonly string[],
  keywords: Readonly<Record<string, string | undefined>> = {},
): string {
  const given = Object.entries(keywords).flatMap(([keyword, value]) =>
    value === undefined ? [] : [`${keyword}=${value}`],
  );
  return `${name}(${[...inputs, ...given].join(", ")})`;
}
