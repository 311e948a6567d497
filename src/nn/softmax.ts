import type { Tensor } from "../tensor/index.ts";
import { softmax } from "./functional.ts";
import { Module } from "./module.ts";

/** e^x / Σ e^x along `dim`, without overflow. @throws ShapeError for a dimension that is not there. */
export class Softmax extends Module {
  readonly dim: number;

  constructor(dim: number) {
    super();
    this.dim = dim;
  }

  forward(x: Tensor): Tensor {
    return softmax(x, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}
