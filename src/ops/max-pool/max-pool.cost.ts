import type { Attributes, Cost, CostRule } from "../../core/op.ts";
import { numel, type TensorType } from "../../core/shape.ts";
import { paddedPart, poolTaps } from "../taps.ts";
import { windowsOf } from "./windows.ts";

/** One comparison less than a window has elements, for each of `pooled`. */
function compareCost(pooled: TensorType, attributes: Attributes): Cost {
  const [height, width] = windowsOf(attributes);
  const compare = numel(pooled.shape) * (height.kernel * width.kernel - 1);
  return { multiplications: 0, additions: 0, biasAdditions: 0, other: { compare } };
}

/** Of all but the gradient. */
export const maxPool2dCost: CostRule = (_inputs, output, attributes) => compareCost(output, attributes);

// Where the maxima lie depends on numbers, so each gradient counts as added to what is there.
export const maxPool2dGradientCost: CostRule = ([x, gradOutput], _output, attributes) => {
  const nominal = { multiplications: 0, additions: numel(gradOutput!.shape) };
  const [rows, columns] = poolTaps(windowsOf(attributes), x!.shape, gradOutput!.shape);
  const needed = numel(x!.shape.slice(0, -2)) * rows.windows * columns.windows;
  return {
    ...compareCost(gradOutput!, attributes),
    ...nominal,
    ...paddedPart(nominal, { multiplications: 0, additions: needed }),
  };
};
