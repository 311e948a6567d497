import { type PytorchRule, pythonTuple } from "../../core/pytorch.ts";

export const sumPytorch: PytorchRule = ([x], _types, { dim, keepdim }) => {
  const dims = dim as readonly number[];
  if (dims.length === 0) return x!;
  return `${x}.sum(dim=${pythonTuple(dims)}${keepdim ? ", keepdim=True" : ""})`;
};

/** Sizes that stay are written as -1, so that another batch goes through. */
export const expandPytorch: PytorchRule = ([x], [type], attributes) => {
  const { shape } = type!;
  const size = attributes.size as readonly number[];
  const axes = attributes.axes as readonly number[];
  const skipped = size.length - shape.length;
  if (axes.some((axis, at) => axis !== Math.max(at - skipped, -1))) return null;
  const sizes = size.map((each, at) => (at >= skipped && shape[at - skipped] === each ? -1 : each));
  return `${x}.expand(${sizes.join(", ")})`;
};
