import type { Node } from "../core/node.ts";

/** PyTorch's attributes of a case. Each must be read: one that nobody asks for is one that is not understood. */
export class GoldenAttributes {
  readonly #attributes: Readonly<Record<string, unknown>>;
  readonly #read = new Set<string>();

  constructor(attributes: Readonly<Record<string, unknown>>) {
    this.#attributes = attributes;
  }

  /** The value, or `otherwise` where it is absent. @throws Error when it is absent and there is no default. */
  get<T>(name: string, otherwise?: T): T {
    this.#read.add(name);
    const value = this.#attributes[name] ?? otherwise;
    if (value === undefined) throw new Error(`attribute ${name} is missing`);
    return value as T;
  }

  unread(): string[] {
    return Object.keys(this.#attributes).filter((name) => !this.#read.has(name));
  }
}

/** The leaves of a case by tensor name: input, weight, other… */
export type GoldenInputs = Readonly<Record<string, Node>>;

/** Records a case; gives the results by tensor name: output, and new_running_mean and the like. */
export type GoldenOp = (inputs: GoldenInputs, attributes: GoldenAttributes) => Record<string, Node>;
