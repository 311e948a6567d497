import type { Tensor } from "../tensor/index.ts";
import { silu } from "./functional.ts";
import { Module } from "./module.ts";

/** x · sigmoid(x), for each element. */
export class SiLU extends Module {
  forward(x: Tensor): Tensor {
    return silu(x);
  }
}
