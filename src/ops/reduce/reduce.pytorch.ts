import { type PytorchRule, pythonBoolean, pythonTuple } from "../../core/pytorch.ts";

/** "dim=1, keepdim=True": numbers, not names, as a reduction over all dimensions has one too. */
export function reductionArguments({ dim, keepdim }: { readonly dim?: unknown; readonly keepdim?: unknown }): string {
  const dims = dim as readonly number[];
  const given = `dim=${dims.length === 1 ? dims[0] : pythonTuple(dims)}`;
  return keepdim ? `${given}, keepdim=True` : given;
}

/** `x.name(dim=…)`: a number, which has no dimension to reduce, stays. */
export const reductionRule =
  (name: string): PytorchRule =>
  ([x], _types, attributes) =>
    (attributes.dim as readonly number[]).length === 0 ? x! : `${x}.${name}(${reductionArguments(attributes)})`;

export const deviationRule =
  (name: string): PytorchRule =>
  ([x], _types, attributes) =>
    `${x}.${name}(${reductionArguments(attributes)}, unbiased=${pythonBoolean(attributes.unbiased)})`;

export const argmaxPytorch: PytorchRule = ([x], [type], attributes) => {
  const dims = attributes.dim as readonly number[];
  if (dims.length === 1) return `${x}.argmax(${reductionArguments(attributes)}).int()`;
  return dims.length === type!.shape.length && !attributes.keepdim ? `${x}.argmax().int()` : null;
};
