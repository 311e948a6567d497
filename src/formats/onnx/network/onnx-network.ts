import { ArgumentError, ConvsmithError, FileFormatError } from "../../../core/errors.ts";
import { Module } from "../../../nn/index.ts";
import { Buffer, Parameter, type StoredTensor, type Tensor } from "../../../tensor/index.ts";
import { toFloat32 } from "../../safetensors-dtype.ts";
import { realTensor, type StoredTensor as Stored } from "../../stored-tensor.ts";
import { inFile, readingFile } from "../in-file.ts";
import type { Model, Node } from "../model_pb.ts";
import { opsetOf } from "../parse.ts";
import { storedTensor } from "../tensor.ts";
import type { Tensor as FileTensor } from "../value_pb.ts";
import { type About, checkNames, keyOf } from "./check-names.ts";
import { fewInputs, inputOf, type OnnxInput } from "./input-shape.ts";
import { kindOf, knownOf } from "./known-tensor.ts";
import { missingTensor } from "./missing-tensor.ts";
import { classOf, type OnnxNode, operatorName, operatorOf } from "./node-module.ts";
import { ToldShapes } from "./told-shapes.ts";
import { computed, type Value } from "./value.ts";

/** Gives the numbers of a stored tensor, wherever they lie. */
export type ReadTensor = (tensor: FileTensor) => Stored;

/** Where a model comes from, beside its name. */
interface Origin {
  /** The bytes at which its parts begin; none for a model that was made in memory. */
  readonly places?: ReadonlyMap<object, number>;
  readonly read?: ReadTensor;
}

interface Layer {
  readonly module: OnnxNode;
  readonly byte: number | null;
  /** Inputs that nothing behind it uses: numbers that are known would add up. */
  readonly last: readonly string[];
}

/**
 * An ONNX graph as a network: each node is a layer, recorded with the ops of this package, so that all that works on a
 * network works on it, training too. Stored float tensors are parameters under their ONNX names; running statistics are
 * buffers. What only sizes depend on is worked out while recording.
 * @example
 * import { tmpdir } from "node:os";
 * import { nn, ones } from "convsmith";
 * import { exportOnnx, readOnnxNetwork, writeFileAtomic } from "convsmith/formats";
 * const net = new nn.Sequential(new nn.Conv2d(1, 8, 3), new nn.ReLU());
 * const path = `${tmpdir()}/convsmith-example.onnx`;
 * await writeFileAtomic(path, (await exportOnnx(net, [1, 1, 8, 8])).bytes);
 * const again = await readOnnxNetwork(path);
 * console.log(again.inputs[0]?.dimensions, again.outputs); // [1, 1, 8, 8] ["output"]
 * console.log([...again.namedParameters().keys()]); // ["0.weight", "0.bias"]
 * const y = again.forward(ones([1, 1, 8, 8]));
 */
export class OnnxNetwork extends Module {
  readonly inputs: readonly OnnxInput[];
  readonly outputs: readonly string[];
  readonly file: string;
  /** Where its graph begins in the file; null for a model that was made in memory. */
  readonly byte: number | null;
  readonly #layers: readonly Layer[];
  /** Where each output begins in the file. */
  readonly #outputBytes: readonly (number | null)[];
  readonly #told: ToldShapes;
  readonly #stored = new Map<string, Parameter | Buffer>();
  readonly #known = new Map<string, Value>();
  /** Other names of stored tensors: exporters say by an Identity that two layers share one. */
  readonly #aliases = new Map<string, string>();
  /** How many nodes have a name so far: a file may give all the same one. */
  readonly #counts = new Map<string, number>();

  /** @throws FileFormatError for tensors that can't be read, and for names of which two parts make use. */
  constructor(model: Model, file: string, { places, read = storedTensor }: Origin = {}) {
    super();
    const graph = model.graph!;
    this.file = file;
    const byteOf = (part: object) => places?.get(part) ?? null;
    this.byte = byteOf(graph);
    const about: About = (part, body) => readingFile(file, byteOf(part), body);
    if (graph.output.length === 0) throw new FileFormatError(file, "its graph has no output", this.byte ?? 0);
    checkNames(graph, about);
    const stored = new Map(graph.initializer.map((each) => [each.name, each]));
    this.inputs = graph.input
      .filter(({ name }) => !stored.has(name))
      .map((each) => about(each, () => inputOf(each, byteOf(each))));
    this.#told = new ToldShapes(graph);
    this.outputs = graph.output.map(({ name }) => name);
    this.#outputBytes = graph.output.map(byteOf);
    const opset = opsetOf(model) ?? 1;
    const numbers = (tensor: FileTensor) => realTensor(tensor.name, read(tensor));
    const knownTensor = (tensor: FileTensor) => about(tensor, () => knownOf(numbers(tensor), tensor.dataType));
    const hold = (tensor: FileTensor, asBuffer: boolean): Parameter | Buffer => {
      const found = about(tensor, () => numbers(tensor));
      const { shape } = found;
      const byte = byteOf(tensor);
      const initial = () => readingFile(file, byte, () => toFloat32(found));
      const made = asBuffer ? new Buffer(shape, initial, tensor.name) : new Parameter(shape, initial, tensor.name);
      this.#stored.set(tensor.name, made);
      return made;
    };
    const layers: Omit<Layer, "last">[] = [];
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
          this.#known.set(name, knownTensor(tensor));
        } else own.set(input, hold(tensor, operator?.buffers?.includes(input) ?? false));
      }
      const made = new (classOf(node))(node, opset, own);
      layers.push({ module: made, byte: byteOf(node) });
      Object.defineProperty(this, this.#freeKey(node), { value: made, enumerable: true });
    }
    const used = new Set(this.outputs);
    this.#layers = layers
      .reverse()
      .map((layer) => {
        const last = layer.module.node.input.filter((name) => !used.has(name));
        for (const name of last) used.add(name);
        return { ...layer, last };
      })
      .reverse();
    for (const given of this.outputs) {
      const name = this.#aliases.get(given) ?? given;
      const tensor = stored.get(name);
      if (tensor && !this.#stored.has(name)) this.#known.set(name, knownTensor(tensor));
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
      throw new ArgumentError(`needs ${this.inputs.length} inputs (${fewInputs(this.inputs)}), got ${inputs.length}`);
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
    for (const [at, { module, byte, last }] of this.#layers.entries()) {
      const given = (name: string) => values.get(name) ?? this.#missing(name, at);
      const found = inFile(this.file, byte, () => module.forward(given, told));
      for (const [which, name] of module.node.output.entries()) {
        if (name !== "" && found[which]) values.set(name, found[which]);
      }
      for (const name of last) values.delete(name);
    }
    return this.outputs.map((name, at) => values.get(name) ?? this.#missingOutput(name, at));
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

  /** Messages about the whole network begin with its file. */
  override describe(): string {
    return this.file;
  }

  /** @throws ConvsmithError that says why a tensor is not there for the layer at this place. */
  #missing(name: string, user: number): never {
    throw new ConvsmithError(`needs ${this.#why(name, user)}`);
  }

  #missingOutput(name: string, at: number): never {
    const byte = this.#outputBytes[at] ?? null;
    const place = byte === null ? "" : ` (at byte ${byte})`;
    throw new ConvsmithError(`its outputs name ${this.#why(name, this.#layers.length)}${place}`);
  }

  #why(name: string, user: number): string {
    const nodes = this.#layers.map(({ module }) => module.node);
    return missingTensor(name, nodes, user);
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

/** float32, float16, float64 and bfloat16: all are computed with as float32. */
const isFloat = ({ dataType }: FileTensor) => [1, 10, 11, 16].includes(dataType);
