import type { Node } from "../core/node.ts";
import { add, blend, blendSquare, constant, div, mul, sqrt, sub } from "../ops/index.ts";
import { decayed } from "./decay.ts";
import { Optimizer, type ParametersOf, type Update } from "./optimizer.ts";

export interface RMSpropOptions {
  lr: number;
  /** The share of the past in the running mean of the squared gradient. */
  alpha: number;
  eps: number;
  weightDecay: number;
  momentum: number;
  /** Divides by the deviation of the gradient, not by its root mean square. */
  centered: boolean;
}

/** RMSprop (Hinton, 2012), by PyTorch's formulas. @throws ArgumentError for a negative option. */
export class RMSprop extends Optimizer<RMSpropOptions> {
  constructor(parameters: ParametersOf<RMSpropOptions>, options: Partial<RMSpropOptions> = {}) {
    super(parameters, { lr: 1e-2, alpha: 0.99, eps: 1e-8, weightDecay: 0, momentum: 0, centered: false, ...options });
  }

  protected override update(update: Update<RMSpropOptions>): Node {
    const { lr, alpha, eps, weightDecay, momentum, centered } = update.options;
    const grad = decayed(update, weightDecay);
    let square = update.write("square_avg", blendSquare(update.read("square_avg"), grad, alpha));
    if (centered) {
      const mean = update.write("grad_avg", blend(update.read("grad_avg"), grad, alpha));
      square = sub(square, mul(mean, mean));
    }
    const deviation = add(sqrt(square), constant(eps));
    const rate = update.argument("lr", lr);
    if (momentum === 0) return sub(update.value, div(mul(grad, rate), deviation));
    const past = mul(update.read("momentum_buffer"), constant(momentum));
    return sub(update.value, mul(update.write("momentum_buffer", add(past, div(grad, deviation))), rate));
  }
}
