import { type CostRule, noCost } from "../../core/op.ts";
import { numel } from "../../core/shape.ts";
import { matmulSizes } from "./matmul.ts";

export const matmulCost: CostRule = (inputs, output, attributes) => {
  const { k } = matmulSizes(inputs, attributes);
  const results = numel(output.shape);
  return {
    ...noCost,
    multiplications: results * k,
    additions: results * Math.max(0, k - 1),
    biasAdditions: inputs.length > 2 ? results : 0,
  };
};
