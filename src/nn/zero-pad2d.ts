import type { Tensor } from "../tensor/index.ts";
import { pad } from "./functional.ts";
import { Module } from "./module.ts";
import { type Padding, sidesOf } from "./padding.ts";

/** Zeros around [N, C, H, W]: the same on all sides, or [left, right, top, bottom]. A summary counts products with them as any others. */
export class ZeroPad2d extends Module {
  readonly padding: readonly number[];

  constructor(padding: Padding) {
    super();
    this.padding = sidesOf(padding);
  }

  forward(x: Tensor): Tensor {
    return pad(x, this.padding);
  }

  override extraRepr(): string {
    return `(${this.padding.join(", ")})`;
  }
}
