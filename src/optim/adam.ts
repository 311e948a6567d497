import type { Node } from "../core/node.ts";
import { adamUpdate, blend, blendSquare, maximum } from "../ops/index.ts";
import { decayed } from "./decay.ts";
import { Optimizer, type ParametersOf, type Update } from "./optimizer.ts";

export interface AdamOptions {
  lr: number;
  /** The shares of the past in the running means of the gradient and of its square. */
  betas: readonly [number, number];
  eps: number;
  weightDecay: number;
  /** Divides by the largest mean square so far. */
  amsgrad: boolean;
}

export const adamDefaults: AdamOptions = { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, amsgrad: false };

/**
 * Adam (Kingma and Ba, 2015), by PyTorch's formulas; weight decay is added to the gradient.
 * @throws ArgumentError for a negative option, or betas of 1 and more.
 * @example
 * import { nn, optim } from "convsmith";
 * const optimizer = new optim.Adam(new nn.Linear(2, 1).parameters(), { lr: 1e-3 });
 * console.log(optimizer.paramGroups[0]!.betas); // [0.9, 0.999]
 */
export class Adam extends Optimizer<AdamOptions> {
  constructor(parameters: ParametersOf<AdamOptions>, options: Partial<AdamOptions> = {}) {
    super(parameters, { ...adamDefaults, ...options });
  }

  protected override update(update: Update<AdamOptions>): Node {
    return adamStep(update, update.value, decayed(update, update.options.weightDecay));
  }
}

/** value less the bias-corrected mean of the gradients over the root of their mean square. */
export function adamStep(update: Update<AdamOptions>, value: Node, grad: Node): Node {
  const { lr, betas, eps, amsgrad } = update.options;
  const mean = update.write("exp_avg", blend(update.read("exp_avg"), grad, betas[0]));
  let square = update.write("exp_avg_sq", blendSquare(update.read("exp_avg_sq"), grad, betas[1]));
  if (amsgrad) square = update.write("max_exp_avg_sq", maximum(update.read("max_exp_avg_sq"), square));
  const rate = update.argument("rate", lr / (1 - betas[0] ** update.step));
  const correction = update.argument("correction", Math.sqrt(1 - betas[1] ** update.step));
  return adamUpdate(value, mean, square, rate, correction, eps);
}
