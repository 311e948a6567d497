import type { Tensor } from "../tensor/index.ts";
import { elu } from "./functional.ts";
import { Module } from "./module.ts";

/** x where positive, else alpha · (e^x - 1) (alpha 1 unless given). */
export class ELU extends Module {
  readonly alpha: number;

  constructor(options: { alpha?: number } = {}) {
    super();
    this.alpha = options.alpha ?? 1;
  }

  forward(x: Tensor): Tensor {
    return elu(x, this.alpha);
  }

  override extraRepr(): string {
    return `alpha=${this.alpha}`;
  }
}
