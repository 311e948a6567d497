import { ConvsmithError } from "../core/errors.ts";
import type { Tensor } from "../tensor/index.ts";
import { Module } from "./module.ts";
import { exposeModule } from "./module-list.ts";

/** A module with one tensor in and one out. */
export interface Layer extends Module {
  forward(x: Tensor): Tensor;
}

/**
 * Layers one after the other, named "0", "1", …, or by the keys of a record. Assigning to a name replaces the layer.
 * @example
 * import { nn, zeros } from "convsmith";
 * const head = new nn.Sequential(new nn.Conv2d(1, 20, 5), new nn.ReLU());
 * console.log(head.forward(zeros([1, 1, 32, 32])).shape); // [1, 20, 28, 28]
 * const named = new nn.Sequential({ conv0: new nn.Conv2d(1, 20, 5), relu0: new nn.ReLU() });
 * console.log([...named.namedParameters().keys()]); // ["conv0.weight", "conv0.bias"]
 */
export class Sequential extends Module {
  readonly #layers: Layer[];

  constructor(...layers: Layer[] | [Readonly<Record<string, Layer>>]) {
    super();
    const [first] = layers;
    const named: Readonly<Record<string, Layer>> =
      layers.length === 1 && isRecord(first) ? first : Object.fromEntries((layers as Layer[]).entries());
    for (const [name, layer] of Object.entries(named)) {
      if (!(layer instanceof Module))
        throw new ConvsmithError(`Sequential: needs modules, got ${typeof layer} at ${name}`);
      if (name in this) throw new ConvsmithError(`Sequential: no layer can be called ${name}, which is a property`);
    }
    this.#layers = Object.values(named);
    for (const [at, name] of Object.keys(named).entries()) exposeModule(this, name, this.#layers, at);
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

function isRecord(value: unknown): value is Readonly<Record<string, Layer>> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
