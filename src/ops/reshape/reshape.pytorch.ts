import type { PytorchRule } from "../../core/pytorch.ts";
import { sameShape } from "../../core/shape.ts";

/** The dimension that grows with the batch is -1, so that another one goes through; ones at the end are new axes. */
export const reshapePytorch: PytorchRule = ([x], [type], _attributes, output, batchAxis) => {
  const { shape } = type!;
  const ones = output.shape.length - shape.length;
  if (ones > 0 && sameShape(output.shape, [...shape, ...new Array<number>(ones).fill(1)])) {
    return `${x}[${[...shape.map(() => ":"), ...new Array<string>(ones).fill("None")].join(", ")}]`;
  }
  const free = output.shape.includes(0) ? null : batchAxis(output);
  return `${x}.reshape(${output.shape.map((size, axis) => (axis === free ? -1 : size)).join(", ") || "()"})`;
};

export const flattenPytorch: PytorchRule = ([x], _types, { startDim, endDim }) =>
  `torch.flatten(${x}, ${startDim}${endDim === -1 ? "" : `, ${endDim}`})`;
export const squeezePytorch: PytorchRule = ([x], _types, { dim }) => `${x}.squeeze(${dim ?? ""})`;
export const unsqueezePytorch: PytorchRule = ([x], _types, { dim }) => `${x}.unsqueeze(${dim})`;
