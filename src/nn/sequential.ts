import { ConvsmithError } from "../core/errors.ts";
import type { Tensor } from "../tensor/index.ts";
import { Module } from "./module.ts";

/** A module with one tensor in and one out. */
export interface Layer extends Module {
  forward(x: Tensor): Tensor;
}

/**
 * Layers one after the other, named "0", "1", …
 * @example
 * import { nn, zeros } from "convsmith";
 * const head = new nn.Sequential(new nn.Conv2d(1, 20, 5), new nn.ReLU());
 * console.log(head.forward(zeros([1, 1, 32, 32])).shape); // [1, 20, 28, 28]
 */
export class Sequential extends Module {
  readonly #layers: readonly Layer[];

  constructor(...layers: Layer[]) {
    super();
    for (const [index, layer] of layers.entries()) {
      if (!(layer instanceof Module))
        throw new ConvsmithError(`Sequential: needs modules, got ${typeof layer} at ${index}`);
      Object.defineProperty(this, index, { value: layer, enumerable: true });
    }
    this.#layers = layers;
  }

  forward(x: Tensor): Tensor {
    return this.#layers.reduce((value, layer) => layer.forward(value), x);
  }

  get length(): number {
    return this.#layers.length;
  }

  /** The layer at a position; negative ones count from the end. */
  at(index: number): Layer | undefined {
    return this.#layers.at(index);
  }

  [Symbol.iterator](): Iterator<Layer> {
    return this.#layers[Symbol.iterator]();
  }
}
