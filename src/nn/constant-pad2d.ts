import type { Tensor } from "../tensor/index.ts";
import { pad } from "./functional.ts";
import { Module } from "./module.ts";
import { type Padding, sidesOf } from "./padding.ts";

/** `value` around [N, C, H, W]: the same on all sides, or [left, right, top, bottom]; negative sizes crop. */
export class ConstantPad2d extends Module {
  readonly padding: readonly number[];
  readonly value: number;

  constructor(padding: Padding, value: number) {
    super();
    this.padding = sidesOf(padding);
    this.value = value;
  }

  forward(x: Tensor): Tensor {
    return pad(x, this.padding, "constant", this.value);
  }

  override extraRepr(): string {
    return `padding=(${this.padding.join(", ")}), value=${this.value}`;
  }
}
