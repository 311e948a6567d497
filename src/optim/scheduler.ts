import type { Optimizer } from "./optimizer.ts";

/** Optimisers of any kind. */
export type AnyOptimizer = Pick<Optimizer<{ lr: number }>, "paramGroups">;

/**
 * The base of learning-rate schedules: a rate for each step, from the rate that its group had at first. step() moves on
 * by one, an epoch or an optimiser's step, as the loop calls it.
 */
export abstract class LRScheduler {
  readonly #optimizer: AnyOptimizer;
  #lastStep = 0;

  constructor(optimizer: AnyOptimizer) {
    this.#optimizer = optimizer;
    for (const group of optimizer.paramGroups) group.initialLr ??= group.lr;
  }

  /** The rate at a step, counted from 0, of a group that started with `initialLr`. */
  abstract rateAt(step: number, initialLr: number): number;

  /** Moves on by one step. */
  step(): void {
    this.#lastStep++;
    this.apply();
  }

  /** The rates of the groups now. */
  getLastLr(): number[] {
    return this.#optimizer.paramGroups.map((group) => group.lr);
  }

  stateDict(): { lastStep: number } {
    return { lastStep: this.#lastStep };
  }

  loadStateDict(state: { lastStep: number }): void {
    this.#lastStep = state.lastStep;
    this.apply();
  }

  /** Sets the rates of the present step: a subclass calls it when it is constructed. */
  protected apply(): void {
    for (const group of this.#optimizer.paramGroups) group.lr = this.rateAt(this.#lastStep, group.initialLr!);
  }
}
