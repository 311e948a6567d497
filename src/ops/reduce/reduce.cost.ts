import type { CostRule } from "../../core/op.ts";
import { numel } from "../../core/shape.ts";

/** Of amax and argmax. */
export const comparisonsCost: CostRule = ([x], output) => ({
  multiplications: 0,
  additions: 0,
  biasAdditions: 0,
  other: { compare: numel(x!.shape) - numel(output.shape) },
});
