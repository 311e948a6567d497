import type { CostRule } from "../../core/op.ts";
import { numel } from "../../core/shape.ts";

export const uniformCost: CostRule = (_inputs, output) => ({
  multiplications: 0,
  additions: 0,
  biasAdditions: 0,
  other: { random: numel(output.shape) },
});
