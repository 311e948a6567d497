import { ConvsmithError } from "../core/errors.ts";
import { Module } from "./module.ts";

/**
 * Modules named "0", "1", … that a network calls as it likes.
 * @example
 * import { nn } from "convsmith";
 * const blocks = new nn.ModuleList([new nn.Conv2d(8, 8, 3), new nn.Conv2d(8, 8, 3)]);
 * console.log(blocks.length); // 2
 */
export class ModuleList<T extends Module = Module> extends Module {
  readonly #modules: T[] = [];

  constructor(modules: Iterable<T> = []) {
    super();
    for (const module of modules) this.append(module);
  }

  /** @throws ConvsmithError: a list has no order of calls. */
  forward(): never {
    throw new ConvsmithError("ModuleList: has no forward. Call the modules in it, or use nn.Sequential.");
  }

  append(module: T): this {
    if (!(module instanceof Module)) throw new ConvsmithError(`ModuleList: needs modules, got ${typeof module}`);
    exposeModule(this, `${this.#modules.length}`, this.#modules, this.#modules.push(module) - 1);
    return this;
  }

  get length(): number {
    return this.#modules.length;
  }

  /** The module at a position; negative ones count from the end. */
  at(index: number): T | undefined {
    return this.#modules.at(index);
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#modules[Symbol.iterator]();
  }
}

/** Makes a list's entry a property: assigning to it replaces the entry. */
export function exposeModule<T extends Module>(owner: Module, name: string, list: T[], at: number): void {
  Object.defineProperty(owner, name, {
    enumerable: true,
    get: () => list[at],
    set: (module: T) => {
      if (!(module instanceof Module)) {
        throw new ConvsmithError(`${owner.constructor.name}: needs modules, got ${typeof module} at ${name}`);
      }
      list[at] = module;
    },
  });
}
