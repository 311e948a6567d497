import type { CostRule } from "../../core/op.ts";
import { numel } from "../../core/shape.ts";
import { paddedPart, poolTaps } from "../taps.ts";
import { avgPoolWindows } from "./avg-pool.ts";

// The usual count, which is that of one pass: a window is summed and divided once. The body makes a pass for each axis.
export const avgPool2dCost: CostRule = ([input], output, attributes) => {
  const [height, width] = avgPoolWindows(attributes);
  const count = numel(output.shape);
  const nominal = { multiplications: 0, additions: count * (height.kernel * width.kernel - 1) };
  const [rows, columns] = poolTaps([height, width], input!.shape, output.shape);
  const needed = numel(output.shape.slice(0, -2)) * (rows.pairs * columns.pairs - rows.windows * columns.windows);
  return {
    ...nominal,
    biasAdditions: 0,
    other: { divide: count },
    ...paddedPart(nominal, { multiplications: 0, additions: needed }),
  };
};
