import type { Tensor } from "../tensor/index.ts";
import { hardsigmoid } from "./functional.ts";
import { Module } from "./module.ts";

/** min(max(x + 3, 0), 6) / 6, for each element. */
export class Hardsigmoid extends Module {
  forward(x: Tensor): Tensor {
    return hardsigmoid(x);
  }
}
