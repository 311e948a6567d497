import type { CostRule } from "../../core/op.ts";
import { numel } from "../../core/shape.ts";
import { termsOf } from "../resample/resample.cost.ts";
import { adaptiveMap } from "./adaptive-avg-pool.ts";

// The usual count: each mean is one sum and one division. The body makes a pass for each axis.
export const adaptiveAvgPool2dCost: CostRule = ([input], output, attributes) => {
  const [height, width] = ([0, 1] as const).map((axis) => termsOf(adaptiveMap(input!, attributes, axis)).terms);
  const planes = numel(output.shape.slice(0, -2));
  const count = numel(output.shape);
  return {
    multiplications: 0,
    additions: planes * height! * width! - count,
    biasAdditions: 0,
    other: { divide: count },
  };
};
