import type { Tensor } from "../tensor/index.ts";
import { relu6 } from "./functional.ts";
import { Module } from "./module.ts";

/** min(max(x, 0), 6), for each element. */
export class ReLU6 extends Module {
  forward(x: Tensor): Tensor {
    return relu6(x);
  }
}
