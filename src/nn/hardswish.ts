import type { Tensor } from "../tensor/index.ts";
import { hardswish } from "./functional.ts";
import { Module } from "./module.ts";

/** x · min(max(x + 3, 0), 6) / 6, for each element. */
export class Hardswish extends Module {
  forward(x: Tensor): Tensor {
    return hardswish(x);
  }
}
