import { Cell } from "../core/cell.ts";
import { ArgumentError, ConvsmithError, StateDictError } from "../core/errors.ts";
import { dataNode, type Node } from "../core/node.ts";
import { numel, type Shape, sameShape } from "../core/shape.ts";
import { engine, noGrad, Parameter } from "../tensor/index.ts";

/** Steps that may be queued and not yet done. */
export const stepLimit = 8;

/** Parameters, or groups of them with options of their own. */
export type ParametersOf<Options> =
  | Iterable<Parameter>
  | readonly (Partial<Options> & { readonly params: Iterable<Parameter> })[];

/** Parameters that share their options, which may be changed between two steps. */
export type ParameterGroup<Options> = Options & { readonly params: readonly Parameter[]; initialLr?: number };

/** All that an optimiser remembers, for a checkpoint: `groups` and `steps` are plain JSON, `tensors` fits a safetensors file. */
export interface OptimizerState {
  /** The options of each group, and the numbers of its parameters. */
  readonly groups: readonly {
    readonly options: Readonly<Record<string, unknown>>;
    readonly params: readonly number[];
  }[];
  /** How many steps each parameter has made. */
  readonly steps: readonly number[];
  /** By "NUMBER.name": "0.exp_avg". */
  readonly tensors: ReadonlyMap<string, { readonly shape: Shape; readonly data: Float32Array | Int32Array }>;
}

/** What is remembered for one parameter. */
class Memory {
  readonly parameter: Parameter;
  step = 0;
  readonly cells = new Map<string, Cell>();

  constructor(parameter: Parameter) {
    this.parameter = parameter;
  }

  /** The cell of a running value, which starts with zeros. */
  cell(name: string): Cell {
    let cell = this.cells.get(name);
    if (!cell) {
      const { shape } = this.parameter;
      const of = this.parameter.cell.name;
      cell = new Cell(shape, "float32", `${name} of ${of}`, () => new Float32Array(numel(shape)));
      this.cells.set(name, cell);
    }
    return cell;
  }
}

/** One parameter's update: running values are read and written by name. */
export interface Update<Options> {
  readonly options: Options;
  readonly value: Node;
  readonly grad: Node;
  /** 1 for the first update of this parameter. */
  readonly step: number;
  /** The last value of a running tensor; zeros at first. */
  read(name: string): Node;
  /** Puts the next value of a running tensor in its place, and gives it back. */
  write(name: string, next: Node): Node;
  /** A number that changes from step to step: an argument of the plan, shared by the parameters of a group. */
  argument(name: string, value: number): Node;
}

/**
 * The base of optimisers: groups of parameters, and a memory for each. step() records the next value of every parameter
 * that has a gradient and runs everything that is needed for it, in one plan.
 */
export abstract class Optimizer<Options extends { lr: number }> {
  readonly paramGroups: readonly ParameterGroup<Options>[];
  readonly #memories: ReadonlyMap<Parameter, Memory>;
  #unresolved = 0;

  /** @throws ArgumentError for no parameters, one in two groups, or a negative option. */
  constructor(parameters: ParametersOf<Options>, defaults: Options) {
    const name = this.constructor.name;
    const list = [...parameters];
    const groups = list.every((each) => each instanceof Parameter)
      ? [{ params: list }]
      : (list as (Partial<Options> & { params: Iterable<Parameter> })[]);
    this.paramGroups = groups.map((group) => ({ ...defaults, ...defined(group), params: [...group.params] }));
    const all = this.paramGroups.flatMap((group) => group.params);
    if (all.length === 0) throw new ArgumentError(`${name}: got no parameters. Give it model.parameters().`);
    for (const each of all) {
      if (!(each instanceof Parameter)) throw new ArgumentError(`${name}: needs parameters, got ${typeof each}`);
    }
    this.#memories = new Map(all.map((parameter) => [parameter, new Memory(parameter)]));
    if (this.#memories.size < all.length) throw new ArgumentError(`${name}: a parameter is given twice`);
    for (const group of this.paramGroups) {
      for (const [option, value] of Object.entries(group)) {
        const numbers = Array.isArray(value) && option === "betas" ? value : [value];
        for (const number of numbers) {
          const wrong = typeof number === "number" && !(number >= 0 && (option !== "betas" || number < 1));
          if (wrong) {
            throw new ArgumentError(
              `${name}: ${option} needs a number from 0${option === "betas" ? " to below 1" : ""}, got ${number}`,
            );
          }
        }
      }
    }
  }

  /** Records the next value of a parameter. */
  protected abstract update(update: Update<Options>): Node;

  /** Sets the gradients of all parameters to null. */
  zeroGrad(): void {
    for (const parameter of this.#memories.keys()) parameter.zeroGrad();
  }

  /**
   * Updates every parameter that has a gradient. Versions advance now; the promise resolves when the numbers are there.
   * @throws ConvsmithError at the ninth call of which none is done.
   */
  step(): Promise<void> {
    if (this.#unresolved >= stepLimit) {
      throw new ConvsmithError(
        `${this.constructor.name}: ${stepLimit} steps are queued and none is done. Use await optimizer.step() in the loop.`,
      );
    }
    const moved: Memory[] = [];
    noGrad(() => {
      for (const group of this.paramGroups) {
        const shared = new Map<string, Node>();
        for (const parameter of group.params) {
          const memory = this.#memories.get(parameter)!;
          if (!parameter.grad) continue;
          memory.step++;
          moved.push(memory);
          engine().assign(parameter.cell, this.update(updateOf(memory, group, shared)));
        }
      }
    });
    this.#unresolved++;
    const cells = moved.flatMap(({ parameter, cells }) => [parameter.cell, ...cells.values()]);
    return engine()
      .settle(cells)
      .catch((error: unknown) => {
        for (const memory of moved) memory.step--;
        throw error;
      })
      .finally(() => {
        this.#unresolved--;
      });
  }

  /** A copy of all that is remembered, after the steps made so far. */
  async stateDict(): Promise<OptimizerState> {
    const memories = [...this.#memories.values()];
    const index = new Map(memories.map(({ parameter }, at) => [parameter, at]));
    const groups = this.paramGroups.map(({ params, ...options }) => ({
      options: structuredClone(options) as Record<string, unknown>,
      params: params.map((each) => index.get(each)!),
    }));
    const steps = memories.map(({ step }) => step);
    const named = memories.flatMap(({ cells }, at) =>
      [...cells].map(([name, cell]) => [`${at}.${name}`, cell] as const),
    );
    const values = await engine().readCells(named.map(([, cell]) => cell));
    const tensors = new Map(named.map(([name, cell], at) => [name, { shape: cell.shape, data: values[at]! }]));
    return { groups, steps, tensors };
  }

  /** Continues from a copy. @throws StateDictError, before anything has changed, for one of other parameters. */
  loadStateDict(state: OptimizerState): void {
    const name = this.constructor.name;
    const memories = [...this.#memories.values()];
    const sizes = (groups: readonly { params: readonly unknown[] }[]) =>
      groups.map(({ params }) => params.length).join();
    if (state.steps.length !== memories.length || sizes(state.groups) !== sizes(this.paramGroups)) {
      throw new StateDictError(
        `${name}: the state is of ${state.steps.length} parameters in groups of ${sizes(state.groups)}, needs ${memories.length} in groups of ${sizes(this.paramGroups)}`,
      );
    }
    const writes = [...state.tensors].map(([key, { shape, data }]) => {
      const [, number, cell] = /^(\d+)\.(\w+)$/.exec(key) ?? [];
      const memory = memories[Number(number)];
      if (!memory || !sameShape(shape, memory.parameter.shape) || data.length !== numel(shape)) {
        const needs = memory ? `shape [${memory.parameter.shape.join(", ")}]` : "a name such as 0.exp_avg";
        throw new StateDictError(`${name}: ${key} needs ${needs}, got [${shape.join(", ")}]`);
      }
      return () => engine().assign(memory.cell(cell!), dataNode(Float32Array.from(data), shape));
    });
    for (const write of writes) write();
    for (const [at, memory] of memories.entries()) memory.step = state.steps[at]!;
    for (const [at, group] of this.paramGroups.entries())
      Object.assign(group, structuredClone(state.groups[at]!.options));
  }
}

function updateOf<Options>(memory: Memory, options: Options, shared: Map<string, Node>): Update<Options> {
  const { parameter } = memory;
  return {
    options,
    value: parameter.node,
    grad: engine().read(parameter.gradCell),
    step: memory.step,
    read: (name) => engine().read(memory.cell(name)),
    write: (name, next) => {
      engine().assign(memory.cell(name), next);
      return next;
    },
    argument: (name, value) => {
      // Parameters of a group may have made different numbers of steps.
      const key = `${name} ${memory.step}`;
      const known = shared.get(key) ?? dataNode(Float32Array.of(value), []);
      shared.set(key, known);
      return known;
    },
  };
}

function defined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
