import type { Tensor } from "../tensor/index.ts";
import { softplus } from "./functional.ts";
import { Module } from "./module.ts";

/** log(1 + e^(beta·x)) / beta, and x itself where beta·x is above threshold (1 and 20 unless given). */
export class Softplus extends Module {
  readonly beta: number;
  readonly threshold: number;

  constructor(options: { beta?: number; threshold?: number } = {}) {
    super();
    this.beta = options.beta ?? 1;
    this.threshold = options.threshold ?? 20;
  }

  forward(x: Tensor): Tensor {
    return softplus(x, { beta: this.beta, threshold: this.threshold });
  }

  override extraRepr(): string {
    return `beta=${this.beta}, threshold=${this.threshold}`;
  }
}
