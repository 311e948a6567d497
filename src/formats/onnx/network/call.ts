import { ArgumentError } from "../../../core/errors.ts";
import type { Shape } from "../../../core/shape.ts";
import type { Tensor } from "../../../tensor/index.ts";
import { shownName } from "../in-file.ts";
import type { Attribute, Node } from "../model_pb.ts";
import { known, type Value } from "./value.ts";

/** What a file asks for is valid, but not among what is supported. */
export class NotSupportedError extends ArgumentError {
  override name = "NotSupportedError";
}

/** What an operator is given to record one node: its inputs, and its attributes, each of which must be read. */
export class Call {
  readonly node: Node;
  /** The version of ONNX's operators. */
  readonly opset: number;
  readonly training: boolean;
  readonly inputs: readonly (Value | null)[];
  readonly #attributes: ReadonlyMap<string, Attribute>;
  readonly #read = new Set<string>();

  constructor(node: Node, inputs: readonly (Value | null)[], opset: number, training: boolean) {
    this.node = node;
    this.inputs = inputs;
    this.opset = opset;
    this.training = training;
    this.#attributes = new Map(node.attribute.map((each) => [each.name, each]));
  }

  /** @throws ArgumentError of one line that begins with the operator. */
  fail(problem: string): never {
    throw new ArgumentError(`${this.node.opType}: ${problem}`);
  }

  /** @throws NotSupportedError of one line that begins with the operator. */
  refuse(problem: string): never {
    throw new NotSupportedError(`${this.node.opType}: ${problem}`);
  }

  has(input: number): boolean {
    return Boolean(this.inputs[input]);
  }

  value(input: number): Value {
    return this.inputs[input] ?? this.fail(`needs an input ${input}, which is left out`);
  }

  tensor(input: number): Tensor {
    return this.value(input).tensor;
  }

  optional(input: number): Tensor | null {
    return this.inputs[input]?.tensor ?? null;
  }

  shape(input: number): Shape {
    return this.tensor(input).shape;
  }

  /** Sizes of an input of as many axes as `layout` names, such as "[N, C, H, W]". @throws ArgumentError */
  sizes(input: number, layout: string): Shape {
    const { shape } = this.tensor(input);
    const open = layout.includes("…");
    const count = layout.split(",").length - (open ? 1 : 0);
    if (open ? shape.length < count : shape.length !== count) {
      this.fail(`needs ${layout}, got [${shape.join(", ")}]`);
    }
    return shape;
  }

  /** An axis counted from the front. @throws ArgumentError for one that an input of this rank does not have. */
  axis(axis: number, rank: number): number {
    const at = axis < 0 ? axis + rank : axis;
    return at >= 0 && at < rank ? at : this.fail(`axis ${axis} is not one of ${rank}`);
  }

  /** Numbers that decide what is recorded, such as sizes. */
  numbers(input: number): number[] {
    const { numbers } = this.value(input);
    const name = shownName(this.node.input[input] ?? "");
    if (numbers?.some(Number.isNaN)) this.fail(`its input ${name} holds what is no number`);
    if (numbers) return [...numbers];
    return this.refuse(`its input ${name} must be known before the network runs, but is computed from its input`);
  }

  optionalNumbers(input: number): number[] | null {
    return this.has(input) ? this.numbers(input) : null;
  }

  /** Of an input from one version of the operators on, and of an attribute before. */
  given(attribute: string, input: number): number[] | null {
    const own = this.ints(attribute);
    return this.has(input) ? this.numbers(input) : own;
  }

  int(name: string, fallback: number): number {
    const found = this.#attribute(name);
    return found ? Number(found.i) : fallback;
  }

  float(name: string, fallback: number): number {
    const found = this.#attribute(name);
    return found ? found.f : fallback;
  }

  text(name: string, fallback: string): string {
    const found = this.#attribute(name);
    return found ? new TextDecoder().decode(found.s) : fallback;
  }

  ints(name: string): number[] | null {
    return this.#attribute(name)?.ints.map(Number) ?? null;
  }

  floats(name: string): number[] | null {
    return this.#attribute(name)?.floats.slice() ?? null;
  }

  stored(name: string): Attribute["t"] | null {
    return this.#attribute(name)?.t ?? null;
  }

  /** @throws ArgumentError unless the attribute has this value, or is left out. */
  only(name: string, value: number): void {
    const found = this.int(name, value);
    if (found !== value) this.refuse(`${name} ${found} is not supported, only ${value}`);
  }

  /** @throws ArgumentError that names an attribute which the operator does not know. */
  checkAttributes(): void {
    for (const name of this.#attributes.keys()) {
      // The first operators told with it where they may write.
      if (!this.#read.has(name) && name !== "consumed_inputs")
        this.refuse(`its attribute ${name.slice(0, 80)} is not supported`);
    }
  }

  #attribute(name: string): Attribute | undefined {
    this.#read.add(name);
    return this.#attributes.get(name);
  }
}

/** Whole numbers in one dimension. */
export const list = (numbers: readonly number[]): Value => known(numbers, [numbers.length], "int");
