import type { Tensor } from "../tensor/index.ts";
import { tanh } from "./functional.ts";
import { Module } from "./module.ts";

/** The hyperbolic tangent, for each element. */
export class Tanh extends Module {
  forward(x: Tensor): Tensor {
    return tanh(x);
  }
}
