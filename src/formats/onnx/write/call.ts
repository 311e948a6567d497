import { ConvsmithError } from "../../../core/errors.ts";
import type { Node } from "../../../core/node.ts";
import type { OnnxAttributes, OnnxCall, OnnxRecord, OnnxValue } from "../../../core/onnx.ts";
import type { Attributes } from "../../../core/op.ts";
import type { Shape } from "../../../core/shape.ts";
import type { OnnxGraph } from "./graph.ts";
import { FixedSize } from "./recordings.ts";
import { writeShape } from "./shapes.ts";

/** What a call needs of the graph around it. */
export interface Surroundings {
  readonly graph: OnnxGraph;
  readonly opset: number;
  /** Tensors with sizes of their own for each record, the latest last. */
  readonly tensors: readonly SizedTensor[];
  /** Truth values by the name of the numbers that were made of them. */
  readonly truths: Map<string, string>;
  /** Writes the body of these calls of a composition. */
  writeBody(same: readonly Node[]): string;
}

export interface SizedTensor {
  readonly name: string;
  readonly shapes: readonly Shape[];
}

/** Sizes, null where they are not the same in all records. */
export const steadySizes = (shapes: readonly Shape[]): (number | null)[] =>
  shapes[0]!.map((size, axis) => (shapes.every((each) => each[axis] === size) ? size : null));

export class Call implements OnnxCall {
  readonly attributes: Attributes;
  readonly inputs: readonly OnnxValue[];
  readonly output: Omit<OnnxValue, "name">;
  readonly records: readonly OnnxRecord[];
  readonly #same: readonly Node[];
  readonly #around: Surroundings;
  readonly #label: string;
  /** The layer and the op, for messages. */
  readonly #where: string;

  constructor(
    around: Surroundings,
    same: readonly Node[],
    inputs: readonly OnnxValue[],
    label: string,
    [path, op]: readonly [path: string, op: string],
  ) {
    this.#around = around;
    this.#same = same;
    this.#label = label;
    this.#where = path ? `${path} (${op})` : op;
    this.inputs = inputs;
    this.records = same.map((node) => ({ inputs: node.inputs, output: node, attributes: node.attributes }));
    this.output = { sizes: steadySizes(same.map(({ shape }) => shape)) };
    this.attributes = this.#steadyAttributes();
  }

  get opset(): number {
    return this.#around.opset;
  }

  add(type: string, inputs: readonly string[], attributes: OnnxAttributes = {}): string {
    return this.#around.graph.add(type, inputs, attributes, this.#label);
  }

  ints(numbers: readonly number[]): string {
    return this.#around.graph.constant({ kind: "int", shape: [numbers.length], numbers }, this.#label);
  }

  float(number: number): string {
    return this.#around.graph.constant({ kind: "float", shape: [], numbers: [number] }, this.#label);
  }

  floats(shape: Shape, numbers: Float32Array): string {
    return this.#around.graph.constant({ kind: "float", shape, numbers: Float64Array.from(numbers) }, this.#label);
  }

  shape(shapes: readonly Shape[]): string {
    const found = writeShape(this.#around, shapes, this.#label);
    return found ?? this.fix("its size is no size of a tensor before it");
  }

  truth(name: string): string {
    return this.#around.truths.get(name) ?? this.add("Cast", [name], { to: 9 });
  }

  fromTruth(name: string): string {
    const numbers = this.add("Cast", [name], { to: 1 });
    this.#around.truths.set(numbers, name);
    return numbers;
  }

  body(): string {
    return this.#same[0]!.lowered ? this.#around.writeBody(this.#same) : this.fail("has no ONNX form");
  }

  fail(problem: string): never {
    throw new ConvsmithError(`${this.#where}: ${problem}`);
  }

  fix(problem: string): never {
    throw new FixedSize(`${this.#where}: ${problem}`);
  }

  #steadyAttributes(): Attributes {
    const [first, ...others] = this.records;
    const steady: Record<string, Attributes[string]> = {};
    for (const [name, value] of Object.entries(first!.attributes)) {
      const text = JSON.stringify(value);
      const varies = others.some(({ attributes }) => JSON.stringify(attributes[name]) !== text);
      const get = (): Attributes[string] => (varies ? this.fix(`its ${name} changes with the input's size`) : value);
      Object.defineProperty(steady, name, { enumerable: true, get });
    }
    return steady;
  }
}
