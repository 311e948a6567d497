import type { Tensor } from "../tensor/index.ts";
import { relu } from "./functional.ts";
import { Module } from "./module.ts";

/** max(x, 0), for each element. */
export class ReLU extends Module {
  forward(x: Tensor): Tensor {
    return relu(x);
  }
}
