import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import type { OnnxAttribute, OnnxNode, OnnxTensor } from "../../../core/onnx.ts";
import type { Shape } from "../../../core/shape.ts";
import { type AttributeSchema, ModelSchema } from "../model_pb.ts";
import type { TensorSchema, ValueSchema } from "../value_pb.ts";

type AttributeInit = MessageInitShape<typeof AttributeSchema>;
type TensorInit = MessageInitShape<typeof TensorSchema>;
type ValueInit = MessageInitShape<typeof ValueSchema>;

/** An input or output: a size is a number, a name, or null where nothing is said of it. */
export interface NamedValue {
  readonly name: string;
  readonly type: "float" | "int";
  readonly dimensions: readonly (number | string | null)[];
}

export interface StoredNumbers {
  readonly name: string;
  readonly shape: Shape;
  readonly numbers: Float32Array;
}

export interface OnnxFile {
  readonly opset: number;
  readonly producerVersion: string;
  /** The name of the graph. */
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly stored: readonly StoredNumbers[];
  readonly inputs: readonly NamedValue[];
  readonly outputs: readonly NamedValue[];
}

/** The first version of the file format that has the operators of an opset. */
const irVersion = (opset: number): bigint => BigInt(opset < 19 ? 8 : opset < 21 ? 9 : opset < 23 ? 10 : 11);

const elementTypes = { float: 1, int: 7 } as const;

/** The same bytes for the same file, always. */
export function encodeOnnx(file: OnnxFile): Uint8Array {
  const model = create(ModelSchema, {
    irVersion: irVersion(file.opset),
    producerName: "convsmith",
    producerVersion: file.producerVersion,
    opsetImport: [{ domain: "", version: BigInt(file.opset) }],
    graph: {
      name: file.name,
      node: file.nodes.map(({ name, type, inputs, output, attributes }) => ({
        name,
        opType: type,
        input: [...inputs],
        output: [output],
        attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
      })),
      initializer: file.stored.map(({ name, shape, numbers }) => ({
        name,
        dims: shape.map(BigInt),
        dataType: elementTypes.float,
        rawData: littleEndian(numbers),
      })),
      input: file.inputs.map(valueInit),
      output: file.outputs.map(valueInit),
    },
  });
  return toBinary(ModelSchema, model);
}

function valueInit({ name, type, dimensions }: NamedValue): ValueInit {
  const dim = dimensions.map((size) => {
    if (size === null) return {};
    return typeof size === "number" ? { dimValue: BigInt(size) } : { dimParam: size };
  });
  return { name, type: { tensorType: { elemType: elementTypes[type], shape: { dim } } } };
}

/** ONNX's numbers of types of attributes: 1 float, 2 int, 3 text, 4 tensor, 7 ints. */
function attribute(name: string, value: OnnxAttribute): AttributeInit {
  if (typeof value === "number") return { name, type: 2, i: BigInt(value) };
  if (typeof value === "string") return { name, type: 3, s: new TextEncoder().encode(value) };
  if ("float" in value) return { name, type: 1, f: value.float };
  if ("tensor" in value) return { name, type: 4, t: tensorInit(value.tensor) };
  return { name, type: 7, ints: value.map(BigInt) };
}

function tensorInit({ kind, shape, numbers }: OnnxTensor): TensorInit {
  const rawData =
    kind === "float"
      ? littleEndian(Float32Array.from(numbers))
      : littleEndian(BigInt64Array.from(numbers as ArrayLike<number> & Iterable<number>, BigInt));
  return { dims: shape.map(BigInt), dataType: elementTypes[kind], rawData };
}

/** As every machine that runs this stores numbers. */
const littleEndian = ({ buffer, byteOffset, byteLength }: Float32Array | BigInt64Array): Uint8Array =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
