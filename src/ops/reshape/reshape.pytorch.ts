import type { PytorchRule } from "../../core/pytorch.ts";
import { sameShape } from "../../core/shape.ts";

/** A first dimension that stays is -1, so that another batch goes through; ones at the end are new axes. */
export const reshapePytorch: PytorchRule = ([x], [type], _attributes, output) => {
  const { shape } = type!;
  const ones = output.shape.length - shape.length;
  if (ones > 0 && sameShape(output.shape, [...shape, ...new Array<number>(ones).fill(1)])) {
    return `${x}[${[...shape.map(() => ":"), ...new Array<string>(ones).fill("None")].join(", ")}]`;
  }
  const [first, ...rest] = output.shape;
  const free = first !== undefined && first === shape[0] && !rest.includes(0);
  return `${x}.reshape(${(free ? [-1, ...rest] : output.shape).join(", ") || "()"})`;
};

export const flattenPytorch: PytorchRule = ([x], _types, { startDim, endDim }) =>
  `torch.flatten(${x}, ${startDim}${endDim === -1 ? "" : `, ${endDim}`})`;
export const squeezePytorch: PytorchRule = ([x], _types, { dim }) => `${x}.squeeze(${dim ?? ""})`;
export const unsqueezePytorch: PytorchRule = ([x], _types, { dim }) => `${x}.unsqueeze(${dim})`;
