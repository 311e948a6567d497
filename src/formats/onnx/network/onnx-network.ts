import { ArgumentError, ConvsmithError } from "../../../core/errors.ts";
import type { Shape } from "../../../core/shape.ts";
import { Module } from "../../../nn/index.ts";
import { Buffer, Parameter, type StoredTensor, type Tensor } from "../../../tensor/index.ts";
import { toFloat32 } from "../../safetensors-dtype.ts";
import { realTensor, type StoredTensor as Stored } from "../../stored-tensor.ts";
import type { Model, Node } from "../model_pb.ts";
import { opsetOf } from "../parse.ts";
import { storedTensor } from "../tensor.ts";
import type { Tensor as FileTensor } from "../value_pb.ts";
import { kindOf, knownOf } from "./known-tensor.ts";
import { classOf, type OnnxNode, operatorName, operatorOf } from "./node-module.ts";
import { type Dimension, dimensionsOf, ToldShapes } from "./told-shapes.ts";
import { computed, type Value } from "./value.ts";

export interface OnnxInput {
  readonly name: string;
  /** Null where the file does not tell the rank. */
  readonly dimensions: readonly Dimension[] | null;
  /** ONNX's number of its element type; 0 where the file does not tell it. */
  readonly type: number;
}

/** Gives the numbers of a stored tensor, wherever they lie. */
export type ReadTensor = (tensor: FileTensor) => Stored;

/**
 * An ONNX graph as a network: each node is a layer, recorded with the ops of this package, so that all that works on a
 * network works on it, training too. Stored float tensors are parameters under their ONNX names; running statistics are
 * buffers. What only sizes depend on is worked out while recording.
 */
export class OnnxNetwork extends Module {
  readonly inputs: readonly OnnxInput[];
  readonly outputs: readonly string[];
  readonly file: string;
  readonly #nodes: readonly OnnxNode[];
  readonly #told: ToldShapes;
  readonly #stored = new Map<string, Parameter | Buffer>();
  readonly #known = new Map<string, Value>();
  /** Other names of stored tensors: exporters say by an Identity that two layers share one. */
  readonly #aliases = new Map<string, string>();
  /** How many nodes have a name so far: a file may give all the same one. */
  readonly #counts = new Map<string, number>();

  /** @throws FileFormatError for tensors that can't be read. */
  constructor(model: Model, file: string, read: ReadTensor = (tensor) => storedTensor(tensor, file)) {
    super();
    const graph = model.graph!;
    this.file = file;
    const stored = new Map(graph.initializer.map((each) => [each.name, each]));
    this.inputs = graph.input
      .filter(({ name }) => !stored.has(name))
      .map((each) => ({
        name: each.name,
        dimensions: dimensionsOf(each),
        type: each.type?.tensorType?.elemType ?? 0,
      }));
    this.#told = new ToldShapes(graph);
    this.outputs = graph.output.map(({ name }) => name);
    const opset = opsetOf(model) ?? 1;
    const numbers = (tensor: FileTensor) => realTensor(tensor.name, read(tensor));
    const hold = (tensor: FileTensor, asBuffer: boolean): Parameter | Buffer => {
      const found = numbers(tensor);
      const { shape } = found;
      const initial = () => toFloat32(found);
      const made = asBuffer ? new Buffer(shape, initial, tensor.name) : new Parameter(shape, initial, tensor.name);
      this.#stored.set(tensor.name, made);
      return made;
    };
    const nodes: OnnxNode[] = [];
    for (const node of graph.node) {
      const [first = ""] = node.input;
      const shared = this.#aliases.get(first) ?? first;
      if (operatorName(node) === "Identity" && stored.has(shared)) {
        this.#aliases.set(node.output[0] ?? "", shared);
        continue;
      }
      const own = new Map<number, Parameter | Buffer>();
      const operator = operatorOf(node);
      for (const [input, given] of node.input.entries()) {
        const name = this.#aliases.get(given) ?? given;
        const tensor = stored.get(name);
        if (!tensor || this.#stored.has(name) || this.#known.has(name)) continue;
        if (!isFloat(tensor) || tensor.dims.length === 0 || operator?.plain?.includes(input)) {
          this.#known.set(name, knownOf(numbers(tensor), tensor.dataType));
        } else own.set(input, hold(tensor, operator?.buffers?.includes(input) ?? false));
      }
      const made = new (classOf(node))(node, opset, own);
      nodes.push(made);
      Object.defineProperty(this, this.#freeKey(node), { value: made, enumerable: true });
    }
    this.#nodes = nodes;
    for (const given of this.outputs) {
      const name = this.#aliases.get(given) ?? given;
      const tensor = stored.get(name);
      if (tensor && !this.#stored.has(name)) this.#known.set(name, knownOf(numbers(tensor), tensor.dataType));
    }
  }

  /** Inputs in the file's order → the output, or a record of them by name where there are several. */
  forward(...inputs: (Tensor | Value)[]): Tensor | Record<string, Tensor> {
    const outputs = this.record(inputs);
    if (this.outputs.length === 1 && !outputs[0]!.unknown) return outputs[0]!.tensor;
    const known = this.outputs.flatMap((name, at) => (outputs[at]!.unknown ? [] : [[name, outputs[at]!.tensor]]));
    return Object.fromEntries(known);
  }

  /** As forward, and tells of each output whether its numbers are known already. */
  record(inputs: readonly (Tensor | Value)[]): readonly Value[] {
    if (inputs.length !== this.inputs.length) {
      throw new ArgumentError(`needs ${this.inputs.length} inputs (${this.#inputNames()}), got ${inputs.length}`);
    }
    const values = new Map<string, Value>(this.#known);
    for (const [name, tensor] of this.#stored) values.set(name, computed(tensor));
    for (const [alias, name] of this.#aliases) {
      const value = values.get(name);
      if (value) values.set(alias, value);
    }
    for (const [at, { name, type }] of this.inputs.entries()) {
      const given = inputs[at]!;
      values.set(name, "kind" in given ? given : inputValue(given, type));
    }
    const told = this.#told.for(
      this.inputs.map(({ dimensions }, at) => {
        const given = inputs[at]!;
        return [dimensions, ("kind" in given ? given.tensor : given).shape];
      }),
    );
    for (const each of this.#nodes) {
      const { node } = each;
      const given = node.input.map((name) => (name === "" ? null : this.#valueOf(values, name, node)));
      const found = each.forward(given, told);
      for (const [at, name] of node.output.entries()) if (name !== "" && found[at]) values.set(name, found[at]);
    }
    return this.outputs.map((name) => this.#valueOf(values, name, null));
  }

  override namedParameters(): Map<string, Parameter> {
    return new Map([...this.#stored].flatMap(([name, each]) => (each instanceof Parameter ? [[name, each]] : [])));
  }

  override namedBuffers(): Map<string, Buffer> {
    return new Map([...this.#stored].flatMap(([name, each]) => (each instanceof Buffer ? [[name, each]] : [])));
  }

  /** Parameters and buffers under their names in the file. */
  override stateDict(): Map<string, StoredTensor> {
    return new Map(this.#stored);
  }

  #valueOf(values: ReadonlyMap<string, Value>, name: string, user: Node | null): Value {
    const found = values.get(name);
    if (found) return found;
    const needs = user ? `node ${keyOf(user)} needs` : "its outputs name";
    const maker = this.#nodes.find(({ node }) => node.output.includes(name))?.node;
    const why = maker
      ? `output ${maker.output.indexOf(name)} of ${maker.opType} ${keyOf(maker)}, which is not supported, or comes later`
      : "which no node gives";
    throw new ConvsmithError(`${this.file}: ${needs} the tensor ${JSON.stringify(name)}, ${why}`);
  }

  #inputNames(): string {
    return this.inputs.map(({ name }) => name).join(", ");
  }

  /** A path must not hide a property, nor hold a dot, which would part it. */
  #freeKey(node: Node): string {
    const base = keyOf(node);
    let key = base;
    let count = this.#counts.get(base) ?? 1;
    while (key in this || key === "__proto__") key = `${base} (${++count})`;
    this.#counts.set(base, count);
    return key;
  }
}

/** Of the kind that the file declares: whole numbers may be given as float32 too. */
function inputValue(given: Tensor, type: number): Value {
  const kind = type === 0 ? (given.dtype === "int32" ? "int" : "float") : kindOf(type);
  return computed(kind === "float" ? given.to("float32") : given, kind, type || undefined);
}

function keyOf({ name, output, opType }: Node): string {
  const text = name || output.find((each) => each !== "") || opType;
  return text.replace(/^\//, "").replaceAll(".", "_");
}

/** float32, float16, float64 and bfloat16: all are computed with as float32. */
const isFloat = ({ dataType }: FileTensor) => [1, 10, 11, 16].includes(dataType);

/**
 * The shape of a network's input. `sizes`: those of named dimensions; a batch that is left open is 1.
 * @throws ArgumentError that names a dimension without a size, and a size without a dimension.
 */
export function inputShapeOf(network: OnnxNetwork, sizes: ReadonlyMap<string, number> = new Map()): Shape {
  const { file, inputs } = network;
  const [input, ...others] = inputs;
  if (!input || others.length > 0) {
    const names = inputs.map(({ name }) => name).join(", ");
    throw new ArgumentError(`${file}: has ${inputs.length} inputs (${names}): only networks of one are taken here`);
  }
  const { name, dimensions } = input;
  if (!dimensions)
    throw new ArgumentError(`${file}: does not tell the shape of ${name}. Give it: --input 1x3x224x224.`);
  const named = dimensions.filter((each) => typeof each === "string");
  const stray = [...sizes.keys()].find((each) => !named.includes(each));
  if (stray !== undefined) {
    const there = named.length > 0 ? `the named dimensions ${named.join(", ")}` : "no named dimensions";
    throw new ArgumentError(`${file}: its input ${name} has no dimension ${stray}, but ${there}`);
  }
  return dimensions.map((each, axis) => {
    if (typeof each === "number") return each;
    const size = each === null ? undefined : sizes.get(each);
    if (size !== undefined) return size;
    if (axis === 0) return 1;
    const shown = dimensions.map((one) => one ?? "?").join(", ");
    const way = each === null ? "--input 1x3x224x224" : `--dim ${each}=224, or --input 1x3x224x224`;
    throw new ArgumentError(`${file}: its input ${name} [${shown}] leaves dimension ${axis} open. Give ${way}.`);
  });
}
