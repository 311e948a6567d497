import type { Tensor } from "../tensor/index.ts";
import { sigmoid } from "./functional.ts";
import { Module } from "./module.ts";

/** 1 / (1 + e^-x), for each element. */
export class Sigmoid extends Module {
  forward(x: Tensor): Tensor {
    return sigmoid(x);
  }
}
