import type { Node } from "../core/node.ts";
import { mul } from "../ops/index.ts";
import { type AdamOptions, adamDefaults, adamStep } from "./adam.ts";
import { Optimizer, type ParametersOf, type Update } from "./optimizer.ts";

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, 2019), 0.01 unless given, by PyTorch's formulas.
 * @throws ArgumentError for a negative option, or betas of 1 and more.
 */
export class AdamW extends Optimizer<AdamOptions> {
  constructor(parameters: ParametersOf<AdamOptions>, options: Partial<AdamOptions> = {}) {
    super(parameters, { ...adamDefaults, weightDecay: 0.01, ...options });
  }

  protected override update(update: Update<AdamOptions>): Node {
    const { lr, weightDecay } = update.options;
    return adamStep(update, mul(update.value, update.argument("kept", 1 - lr * weightDecay)), update.grad);
  }
}
