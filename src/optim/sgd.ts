import { ArgumentError } from "../core/errors.ts";
import type { Node } from "../core/node.ts";
import { add, constant, mul, sub } from "../ops/index.ts";
import { decayed } from "./decay.ts";
import { Optimizer, type ParametersOf, type Update } from "./optimizer.ts";

export interface SGDOptions {
  lr: number;
  momentum: number;
  dampening: number;
  nesterov: boolean;
  weightDecay: number;
}

/**
 * Stochastic gradient descent, with momentum (also Nesterov's) and weight decay, by PyTorch's formulas.
 * @throws ArgumentError for a negative option, or Nesterov without momentum or with dampening.
 * @example
 * import { nn, optim } from "convsmith";
 * const optimizer = new optim.SGD(new nn.Linear(2, 1).parameters(), { lr: 0.1, momentum: 0.9 });
 * console.log(optimizer.paramGroups[0]!.lr); // 0.1
 */
export class SGD extends Optimizer<SGDOptions> {
  constructor(parameters: ParametersOf<SGDOptions>, options: Partial<SGDOptions> & { lr: number }) {
    super(parameters, { momentum: 0, dampening: 0, nesterov: false, weightDecay: 0, ...options });
    for (const { nesterov, momentum, dampening } of this.paramGroups) {
      if (nesterov && (momentum === 0 || dampening !== 0)) {
        throw new ArgumentError(
          `SGD: nesterov needs a momentum and no dampening, got momentum ${momentum} and dampening ${dampening}`,
        );
      }
    }
  }

  protected override update(update: Update<SGDOptions>): Node {
    const { lr, momentum, dampening, nesterov, weightDecay } = update.options;
    let step = decayed(update, weightDecay);
    if (momentum !== 0) {
      const fresh = dampening === 0 ? step : mul(step, constant(1 - dampening));
      const next = update.step === 1 ? step : add(mul(update.read("momentum_buffer"), constant(momentum)), fresh);
      const buffer = update.write("momentum_buffer", next);
      step = nesterov ? add(step, mul(buffer, constant(momentum))) : buffer;
    }
    return sub(update.value, mul(step, update.argument("lr", lr)));
  }
}
