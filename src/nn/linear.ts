import { ArgumentError } from "../core/errors.ts";
import { Parameter, type Tensor } from "../tensor/index.ts";
import { linear } from "./functional.ts";
import { layerDefaults } from "./init.ts";
import { Module } from "./module.ts";
import { literal, shapeOf } from "./repr.ts";

export interface LinearOptions {
  /** False: no bias. Default true. */
  readonly bias?: boolean;
}

/**
 * x · weightᵀ + bias: [.., I] → [.., O]. weight is [O, I], bias [O].
 * @throws ArgumentError for sizes that are not whole.
 * @example
 * import { nn, zeros } from "convsmith";
 * console.log(new nn.Linear(108, 10).forward(zeros([6, 108])).shape); // [6, 10]
 */
export class Linear extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly options: LinearOptions;

  constructor(inFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    super();
    for (const [what, value] of Object.entries({ inFeatures, outFeatures })) {
      if (!Number.isInteger(value) || value < 1) {
        throw new ArgumentError(`Linear: ${what} needs a whole number from 1, got ${value}`);
      }
    }
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    this.options = options;
    const defaults = layerDefaults([outFeatures, inFeatures], outFeatures);
    this.weight = new Parameter([outFeatures, inFeatures], defaults.weight, "weight");
    this.bias = (options.bias ?? true) ? new Parameter([outFeatures], defaults.bias, "bias") : null;
  }

  forward(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias);
  }

  override extraRepr(): string {
    return `in_features=${this.inFeatures}, out_features=${this.outFeatures}, bias=${this.bias ? "True" : "False"}`;
  }

  override describe(): string {
    return `Linear ${this.inFeatures}→${this.outFeatures}`;
  }

  override advise(inputs: readonly unknown[]): string {
    const shape = shapeOf(inputs);
    if (!shape || shape.at(-1) === this.inFeatures) return "";
    const rest = shape.slice(1).reduce((product, size) => product * size, 1);
    if (rest === this.inFeatures) return "Put nn.Flatten in front, or use x.flatten(1).";
    const features = shape.length > 2 ? rest : (shape.at(-1) ?? 1);
    const options = literal(this.options);
    const use = `new nn.Linear(${features}, ${this.outFeatures}${options ? `, ${options}` : ""})`;
    return shape.length > 2 ? `Use nn.Flatten in front and ${use}.` : `Use ${use}.`;
  }
}
