import { type CostRule, noCost } from "../../core/op.ts";
import { numel } from "../../core/shape.ts";

export const gatherCost: CostRule = () => noCost;

// Which elements meet depends on numbers, so each counts as added to what is there.
export const scatterSumCost: CostRule = ([index]) => ({ ...noCost, additions: numel(index!.shape) });
