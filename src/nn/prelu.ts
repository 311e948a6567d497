import { Parameter, type Tensor } from "../tensor/index.ts";
import { prelu } from "./functional.ts";
import { constant } from "./init.ts";
import { Module } from "./module.ts";

/** x where positive, else weight · x, with one learnt slope or one for each channel (dimension 1). */
export class PReLU extends Module {
  readonly weight: Parameter;

  constructor(options: { numParameters?: number; init?: number } = {}) {
    super();
    const shape = [options.numParameters ?? 1];
    this.weight = new Parameter(shape, constant(shape, options.init ?? 0.25), "weight");
  }

  forward(x: Tensor): Tensor {
    return prelu(x, this.weight);
  }

  override extraRepr(): string {
    return `num_parameters=${this.weight.numel}`;
  }
}
