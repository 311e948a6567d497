import { ArgumentError } from "../core/errors.ts";
import { Parameter, type Tensor } from "../tensor/index.ts";
import { layerNorm } from "./functional.ts";
import * as init from "./init.ts";
import { Module } from "./module.ts";
import { keywords } from "./repr.ts";

export interface LayerNormOptions {
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
  /** Learnable weight and bias. Default true. */
  readonly elementwiseAffine?: boolean;
}

/**
 * Layer normalisation over the last dimensions (Ba et al., "Layer normalization", 2016), whose sizes are
 * `normalizedShape`; weight and bias have that shape.
 * @throws ArgumentError for sizes that are not whole.
 * @example
 * import { nn, zeros } from "convsmith";
 * console.log(new nn.LayerNorm(8).forward(zeros([2, 5, 8])).shape); // [2, 5, 8]
 */
export class LayerNorm extends Module {
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  readonly normalizedShape: readonly number[];
  readonly eps: number;

  constructor(normalizedShape: number | readonly number[], options: LayerNormOptions = {}) {
    super();
    const shape = typeof normalizedShape === "number" ? [normalizedShape] : normalizedShape;
    if (shape.length === 0 || shape.some((size) => !Number.isInteger(size) || size < 1)) {
      const name = this.constructor.name;
      throw new ArgumentError(`${name}: normalizedShape needs whole numbers from 1, got [${shape.join(", ")}]`);
    }
    const { eps = 1e-5, elementwiseAffine = true } = options;
    this.normalizedShape = shape;
    this.eps = eps;
    this.weight = elementwiseAffine ? new Parameter(shape, init.ones(shape), "weight") : null;
    this.bias = elementwiseAffine ? new Parameter(shape, init.zeros(shape), "bias") : null;
  }

  forward(x: Tensor): Tensor {
    return layerNorm(x, this.normalizedShape, this.weight, this.bias, this.eps);
  }

  override extraRepr(): string {
    const { eps, weight, normalizedShape } = this;
    const shape = normalizedShape.length === 1 ? `(${normalizedShape[0]},)` : `(${normalizedShape.join(", ")})`;
    return `${shape}, ${keywords({ eps: eps === 1e-5 ? "1e-05" : eps === 1e-6 ? "1e-06" : eps, elementwise_affine: weight !== null })}`;
  }

  override describe(): string {
    return `${this.constructor.name} ${this.normalizedShape.join("×")}`;
  }
}
