import type { Tensor } from "../tensor/index.ts";
import { gelu } from "./functional.ts";
import { Module } from "./module.ts";

/** x · Φ(x), exact or by the tanh formula. */
export class GELU extends Module {
  readonly approximate: "none" | "tanh";

  constructor(options: { approximate?: "none" | "tanh" } = {}) {
    super();
    this.approximate = options.approximate ?? "none";
  }

  forward(x: Tensor): Tensor {
    return gelu(x, { approximate: this.approximate });
  }

  override extraRepr(): string {
    return `approximate=${this.approximate}`;
  }
}
