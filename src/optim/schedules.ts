import { ArgumentError } from "../core/errors.ts";
import { type AnyOptimizer, LRScheduler } from "./scheduler.ts";

function need(name: string, option: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new ArgumentError(`${name}: ${option} needs a whole number from 1, got ${value}`);
  }
}

/**
 * Multiplies the rate by `gamma` (0.1) every `stepSize` steps.
 * @example
 * import { nn, optim } from "convsmith";
 * const optimizer = new optim.SGD(new nn.Linear(2, 1).parameters(), { lr: 1 });
 * const schedule = new optim.StepLR(optimizer, 2, { gamma: 0.5 });
 * for (let epoch = 0; epoch < 2; epoch++) schedule.step();
 * console.log(optimizer.paramGroups[0]!.lr); // 0.5
 */
export class StepLR extends LRScheduler {
  readonly #stepSize: number;
  readonly #gamma: number;

  constructor(optimizer: AnyOptimizer, stepSize: number, options: { gamma?: number } = {}) {
    super(optimizer);
    need("StepLR", "stepSize", stepSize);
    this.#stepSize = stepSize;
    this.#gamma = options.gamma ?? 0.1;
    this.apply();
  }

  override rateAt(step: number, initialLr: number): number {
    return initialLr * this.#gamma ** Math.floor(step / this.#stepSize);
  }
}

/** Half a cosine from the initial rate to `etaMin` (0) in `tMax` steps (Loshchilov and Hutter, 2017). */
export class CosineAnnealingLR extends LRScheduler {
  readonly #tMax: number;
  readonly #etaMin: number;

  constructor(optimizer: AnyOptimizer, tMax: number, options: { etaMin?: number } = {}) {
    super(optimizer);
    need("CosineAnnealingLR", "tMax", tMax);
    this.#tMax = tMax;
    this.#etaMin = options.etaMin ?? 0;
    this.apply();
  }

  override rateAt(step: number, initialLr: number): number {
    const part = (1 + Math.cos((Math.PI * step) / this.#tMax)) / 2;
    return this.#etaMin + (initialLr - this.#etaMin) * part;
  }
}

/** The initial rate times a factor of your own for each step. */
export class LambdaLR extends LRScheduler {
  readonly #factor: (step: number) => number;

  constructor(optimizer: AnyOptimizer, factor: (step: number) => number) {
    super(optimizer);
    this.#factor = factor;
    this.apply();
  }

  override rateAt(step: number, initialLr: number): number {
    return initialLr * this.#factor(step);
  }
}

/**
 * Raises the rate in a line from `startFactor` (1/3) of the initial one to all of it in `steps` steps; then `after`, a
 * schedule on the same optimiser, goes through its own steps from 0.
 * @example
 * import { nn, optim } from "convsmith";
 * const optimizer = new optim.Adam(new nn.Linear(2, 1).parameters(), { lr: 0.01 });
 * const schedule = new optim.LinearWarmup(optimizer, 100, { after: new optim.CosineAnnealingLR(optimizer, 900) });
 * schedule.step(); // once for each optimizer.step()
 */
export class LinearWarmup extends LRScheduler {
  readonly #steps: number;
  readonly #startFactor: number;
  readonly #after: LRScheduler | undefined;

  constructor(optimizer: AnyOptimizer, steps: number, options: { startFactor?: number; after?: LRScheduler } = {}) {
    super(optimizer);
    need("LinearWarmup", "steps", steps);
    this.#steps = steps;
    this.#startFactor = options.startFactor ?? 1 / 3;
    this.#after = options.after;
    this.apply();
  }

  override rateAt(step: number, initialLr: number): number {
    if (step >= this.#steps) return this.#after?.rateAt(step - this.#steps, initialLr) ?? initialLr;
    return initialLr * (this.#startFactor + ((1 - this.#startFactor) * step) / this.#steps);
  }
}
