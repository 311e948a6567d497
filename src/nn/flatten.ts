import type { Tensor } from "../tensor/index.ts";
import { Module } from "./module.ts";

/** Joins dimensions startDim to endDim into one: [N, C, H, W] → [N, C·H·W] unless told otherwise. */
export class Flatten extends Module {
  readonly startDim: number;
  readonly endDim: number;

  constructor(startDim = 1, endDim = -1) {
    super();
    this.startDim = startDim;
    this.endDim = endDim;
  }

  forward(x: Tensor): Tensor {
    return x.flatten(this.startDim, this.endDim);
  }

  override extraRepr(): string {
    return `start_dim=${this.startDim}, end_dim=${this.endDim}`;
  }
}
