import type { Tensor } from "../tensor/index.ts";
import { logSoftmax } from "./functional.ts";
import { Module } from "./module.ts";

/** The logarithm of softmax along `dim`. @throws ShapeError for a dimension that is not there. */
export class LogSoftmax extends Module {
  readonly dim: number;

  constructor(dim: number) {
    super();
    this.dim = dim;
  }

  forward(x: Tensor): Tensor {
    return logSoftmax(x, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}
