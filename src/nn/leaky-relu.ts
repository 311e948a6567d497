import type { Tensor } from "../tensor/index.ts";
import { leakyRelu } from "./functional.ts";
import { Module } from "./module.ts";

/** x where positive, else negativeSlope · x (0.01 unless given). */
export class LeakyReLU extends Module {
  readonly negativeSlope: number;

  constructor(options: { negativeSlope?: number } = {}) {
    super();
    this.negativeSlope = options.negativeSlope ?? 0.01;
  }

  forward(x: Tensor): Tensor {
    return leakyRelu(x, this.negativeSlope);
  }

  override extraRepr(): string {
    return `negative_slope=${this.negativeSlope}`;
  }
}
