import { ConvsmithError } from "../core/errors.ts";
import { inScope, scope } from "../core/node.ts";
import { Buffer, Parameter, type StoredTensor } from "../tensor/index.ts";
import { locate } from "./locate-error.ts";
import { type LoadOptions, loadState, type StateSource } from "./state-dict.ts";

/**
 * The base of layers and networks. A subclass makes its parameters, buffers and modules as properties (fields or in the
 * constructor) and has a method `forward`, which records; calling it computes nothing. Names are the paths of the
 * properties, as in PyTorch's state_dict: "head.0.weight".
 * @example
 * import { nn, zeros, type Tensor } from "convsmith";
 * class Net extends nn.Module {
 *   conv = new nn.Conv2d(1, 8, 3, { padding: "same" });
 *   forward(x: Tensor): Tensor {
 *     return this.conv.forward(x).relu();
 *   }
 * }
 * const net = new Net();
 * console.log([...net.namedParameters().keys()]); // ["conv.weight", "conv.bias"]
 */
export abstract class Module {
  /** True: batch norm and dropout work as in training. See train() and eval(). */
  training = true;
  /** True: train() leaves this module in evaluation, so that its running statistics stay. freeze() of convsmith/training sets it. */
  frozen = false;

  /** Records what the module does. Layers that take several inputs, or give several, declare so. */
  abstract forward(...inputs: never[]): unknown;

  constructor() {
    const { forward } = this;
    if (typeof forward !== "function") throw fieldError(this);
    const name = this.constructor.name;
    let named = false;
    const wrapped = (...inputs: never[]): unknown =>
      inScope(this, () => {
        // Messages about a parameter name its path from the module that the user calls.
        if (!named && scope()!.outer === null) {
          named = true;
          this.parameters();
        }
        try {
          return watcher ? watcher(this, inputs, () => forward.apply(this, inputs)) : forward.apply(this, inputs);
        } catch (error) {
          throw locate(error, this, inputs);
        }
      });
    Object.defineProperty(this, "forward", {
      configurable: true,
      get: () => wrapped,
      set: () => {
        throw fieldError(this, name);
      },
    });
    wrappers.set(this, wrapped);
  }

  /** The modules that are properties of this one, by name. */
  namedChildren(): Map<string, Module> {
    return this.#members().modules;
  }

  children(): Module[] {
    return [...new Set(this.namedChildren().values())];
  }

  /** This module (named "") and all inside it, outermost first, each once, under the first of its names. */
  namedModules(): Map<string, Module> {
    return new Map(this.#walk().map(({ path, module }) => [path, module]));
  }

  modules(): Module[] {
    return [...this.namedModules().values()];
  }

  /** All parameters, each once, under the first of its names. */
  namedParameters(): Map<string, Parameter> {
    return this.#collect((members) => members.parameters);
  }

  /** Those that are properties of this module itself. */
  ownParameters(): Parameter[] {
    return [...this.#members().parameters.values()];
  }

  parameters(): Parameter[] {
    return [...this.namedParameters().values()];
  }

  namedBuffers(): Map<string, Buffer> {
    return this.#collect((members) => members.buffers);
  }

  buffers(): Buffer[] {
    return [...this.namedBuffers().values()];
  }

  /** Parameters and buffers under PyTorch's state_dict keys, a shared one under each of its names. They are the module's own, not copies. */
  stateDict(): Map<string, StoredTensor> {
    const state = new Map<string, StoredTensor>();
    const visit = (module: Module, path: string, above: readonly Module[]) => {
      if (above.includes(module)) return;
      const { parameters, buffers, modules } = module.#members();
      for (const [name, tensor] of [...parameters, ...buffers]) state.set(join(path, name), tensor);
      for (const [name, child] of modules) visit(child, join(path, name), [...above, module]);
    };
    visit(this, "", []);
    return state;
  }

  /**
   * Takes over numbers by name: all of them, or none when something does not fit. `strict: false` accepts missing and
   * unexpected names, and gives them back.
   * @throws StateDictError that lists every missing, unexpected and mis-shaped name.
   */
  loadStateDict(source: StateSource, options: LoadOptions = {}): { missing: string[]; unexpected: string[] } {
    return loadState(this.constructor.name, this.stateDict(), source, options);
  }

  /** Switches this module and all inside it to training (or evaluation). What is frozen stays in evaluation. */
  train(mode = true): this {
    for (const module of this.modules()) module.training = mode && !module.frozen;
    return this;
  }

  /** Switches to evaluation: batch norm uses its running statistics, dropout lets everything through. */
  eval(): this {
    return this.train(false);
  }

  /** Sets the gradients of all parameters to null. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.zeroGrad();
  }

  /** False freezes all parameters: backward leaves them alone. */
  requiresGrad_(requiresGrad = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad = requiresGrad;
    return this;
  }

  /** What stands between the brackets when the module is printed. */
  extraRepr(): string {
    return "";
  }

  /** The module in a few words, for messages: "Conv2d 1→20, 5×5". */
  describe(): string {
    return this.constructor.name;
  }

  /** What to do when these inputs break a rule of this module's op: "" where it knows no better. */
  advise(_inputs: readonly unknown[]): string {
    return "";
  }

  /** The tree of modules, as PyTorch prints it. */
  toString(): string {
    const children = [...this.namedChildren()];
    const name = this.constructor.name;
    if (children.length === 0) return `${name}(${this.extraRepr()})`;
    const lines = children.map(([key, child]) => `  (${key}): ${child.toString().replaceAll("\n", "\n  ")}`);
    return [`${name}(${this.extraRepr()}`, ...lines, ")"].join("\n");
  }

  /** This module and all inside it, outermost first, each once. */
  #walk(): { readonly path: string; readonly module: Module; readonly members: Members }[] {
    const found: { path: string; module: Module; members: Members }[] = [];
    const seen = new Set<Module>();
    const visit = (module: Module, path: string) => {
      if (seen.has(module)) return;
      seen.add(module);
      const members = module.#members();
      found.push({ path, module, members });
      for (const [name, child] of members.modules) visit(child, join(path, name));
    };
    visit(this, "");
    return found;
  }

  #members(): Members {
    if (Object.getOwnPropertyDescriptor(this, "forward")?.get?.() !== wrappers.get(this)) throw fieldError(this);
    return entries(this);
  }

  #collect<T extends StoredTensor>(pick: (members: Members) => ReadonlyMap<string, T>): Map<string, T> {
    const found = new Map<T, string>();
    for (const { path, members } of this.#walk()) {
      for (const [name, tensor] of pick(members)) {
        if (found.has(tensor)) continue;
        found.set(tensor, join(path, name));
        tensor.rename(join(path, name));
      }
    }
    return new Map([...found].map(([tensor, name]) => [name, tensor]));
  }
}

/** What a module holds itself, by the names of its properties, in their order. */
interface Members {
  readonly parameters: Map<string, Parameter>;
  readonly buffers: Map<string, Buffer>;
  readonly modules: Map<string, Module>;
}

/** @throws ConvsmithError for an array of modules or parameters, which would be overlooked. */
function entries(module: Module): Members {
  const members: Members = { parameters: new Map(), buffers: new Map(), modules: new Map() };
  for (const name of Object.keys(module)) {
    const value = (module as unknown as Record<string, unknown>)[name];
    // Most properties are settings: networks of thousands of modules are walked often.
    if (typeof value !== "object" || value === null) continue;
    if (value instanceof Module) members.modules.set(name, value);
    else if (value instanceof Parameter) members.parameters.set(name, value);
    else if (value instanceof Buffer) members.buffers.set(name, value);
    else if (Array.isArray(value) && value.some((each) => each instanceof Module || each instanceof Parameter)) {
      throw new ConvsmithError(
        `${module.constructor.name}.${name}: an array hides what it holds from parameters() and stateDict(). Use new nn.ModuleList(…) for modules, and a property for each parameter.`,
      );
    }
  }
  return members;
}

const wrappers = new WeakMap<Module, unknown>();

/** Sees the call of a module: makes it by `call`, and gives what the caller gets. */
export type CallWatcher = (module: Module, inputs: readonly unknown[], call: () => unknown) => unknown;

let watcher: CallWatcher | null = null;

/** Every call of a module in `body` goes through `watch`: also of those that record nothing, such as dropout in evaluation. */
export function watchCalls<T>(watch: CallWatcher, body: () => T): T {
  const before = watcher;
  watcher = watch;
  try {
    return body();
  } finally {
    watcher = before;
  }
}

const join = (path: string, name: string) => (path ? `${path}.${name}` : name);

function fieldError(module: Module, name = module.constructor.name): ConvsmithError {
  return new ConvsmithError(
    `${name}: needs forward as a method. A field (forward = …) would hide its layers from paths and errors: write forward(x) { … }.`,
  );
}
