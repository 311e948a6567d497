import type { CostRule } from "../../core/op.ts";
import { numel } from "../../core/shape.ts";
import type { AxisTable } from "./axis-map.ts";
import { resampleTables } from "./resample.ts";

/** One pass along one axis: its multiplications and additions, and its outputs that are not 0 whatever the input. */
function passCost({ starts, weights }: AxisTable): { multiplications: number; additions: number; rows: number } {
  // A weight of 1 copies.
  const multiplications = weights.reduce((count, weight) => (weight === 1 ? count : count + 1), 0);
  const rows = starts.subarray(1).reduce((count, end, row) => (end > starts[row]! ? count + 1 : count), 0);
  return { multiplications, additions: weights.length - rows, rows };
}

export const resample2dCost: CostRule = ([input], _output, attributes) => {
  const [height, width] = resampleTables(attributes);
  const planes = numel(input!.shape.slice(0, -2));
  const down = passCost(height);
  const across = passCost(width);
  const count = (kind: "multiplications" | "additions") =>
    planes * (down[kind] * width.inputSize + across[kind] * down.rows);
  return {
    multiplications: count("multiplications"),
    additions: count("additions"),
    biasAdditions: 0,
    other: {},
  };
};
