import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { AttributeSchema, type Graph, type Model, ModelSchema, type Node } from "../../formats/onnx/model_pb.ts";
import type { Tensor } from "../../formats/onnx/value_pb.ts";
import { type Random, whole } from "./random.ts";

const operators = [
  ..."Conv ConvTranspose Gemm MatMul BatchNormalization InstanceNormalization LayerNormalization MaxPool AveragePool".split(
    " ",
  ),
  ..."GlobalAveragePool GlobalMaxPool Relu LeakyRelu PRelu Clip HardSwish HardSigmoid Sigmoid Tanh Softmax LogSoftmax".split(
    " ",
  ),
  ..."Elu Gelu Erf Softplus Add Sub Mul Div Pow Sqrt Exp Log Abs Neg Min Max Concat Split Slice Gather Reshape Flatten".split(
    " ",
  ),
  ..."Transpose Squeeze Unsqueeze Expand Tile Pad Resize Upsample DepthToSpace SpaceToDepth ReduceMean ReduceSum".split(
    " ",
  ),
  ..."ReduceMax ReduceProd ArgMax Shape Size Constant ConstantOfShape Cast Where Range Identity Dropout LRN Equal Not".split(
    " ",
  ),
  ..."QuantizeLinear DequantizeLinear If Loop Einsum TopK".split(" "),
];
const attributes =
  "kernel_shape strides pads dilations group axis axes perm keepdims mode to size blocksize auto_pad ceil_mode".split(
    " ",
  );
const fractions = [0, -1, 1e30, -1e30, Number.NaN, Number.POSITIVE_INFINITY, 1e-30, 0.5, 2, 65536];
const small = [-3n, -1n, 0n, 1n, 2n, 3n, 4n, 5n, 8n, 17n];

/** Half of the time a size that a network could have. */
const number = (random: Random): bigint =>
  BigInt.asIntN(64, random.chance(0.5) ? random.pick(small) : random.pick(whole));

type Change = (graph: Graph, random: Random, model: Model) => void;

const nodeChange =
  (apply: (node: Node, random: Random, graph: Graph) => void): Change =>
  (graph, random) => {
    if (graph.node.length > 0) apply(random.pick(graph.node), random, graph);
  };

function names(graph: Graph): string[] {
  return [
    "",
    "x",
    "y",
    ...graph.node.flatMap(({ input, output }) => [...input, ...output]),
    ...graph.initializer.map((each) => each.name),
  ];
}

function changeTensor(tensor: Tensor, random: Random): void {
  const kind = random.below(5);
  if (kind === 0) tensor.dims = Array.from({ length: random.pick([0, 1, 2, 4, 40]) }, () => number(random));
  else if (kind === 1 && tensor.dims.length > 0) tensor.dims[random.below(tensor.dims.length)] = number(random);
  else if (kind === 2) tensor.dataType = random.below(25);
  else if (tensor.int64Data.length > 0) tensor.int64Data[random.below(tensor.int64Data.length)] = number(random);
  else if (tensor.floatData.length > 0)
    tensor.floatData[random.below(tensor.floatData.length)] = random.pick(fractions);
  else tensor.rawData = tensor.rawData.subarray(0, random.below(tensor.rawData.length + 1));
  for (const entry of tensor.externalData) {
    if (random.chance(0.3))
      entry.value = random.pick([
        "0",
        "-1",
        "64",
        "1e9",
        "99999999999999999999",
        "../external.bin",
        "/dev/zero",
        "external.bin",
        ".",
        "",
      ]);
  }
}

const changes: readonly Change[] = [
  nodeChange((node, random) => (node.opType = random.pick(operators))),
  nodeChange((node, random, graph) => {
    node.input[random.below(node.input.length + 1)] = random.pick(names(graph));
    node.input = Array.from(node.input, (each) => each ?? "");
  }),
  nodeChange((node, random, graph) => {
    node.output[random.below(node.output.length + 1)] = random.pick(names(graph));
    node.output = Array.from(node.output, (each) => each ?? "");
  }),
  nodeChange((node, random) => {
    const found = node.attribute.length > 0 && random.pick(node.attribute);
    if (!found) return;
    found.i = number(random);
    found.f = random.pick(fractions);
    if (found.ints.length > 0) {
      if (random.chance(0.3))
        found.ints = Array.from({ length: random.pick([0, 1, 2, 3, 4, 5, 50]) }, () => number(random));
      else found.ints[random.below(found.ints.length)] = number(random);
    }
    if (found.floats.length > 0) found.floats[random.below(found.floats.length)] = random.pick(fractions);
    if (random.chance(0.2)) found.name = random.pick(attributes);
    if (found.t) changeTensor(found.t, random);
  }),
  nodeChange((node, random) => {
    const ints = Array.from({ length: random.below(6) }, () => number(random));
    node.attribute.push(create(AttributeSchema, { name: random.pick(attributes), i: number(random), ints, type: 7 }));
  }),
  nodeChange((node, random, graph) => graph.node.splice(random.below(graph.node.length), 0, node)),
  nodeChange((node, random, graph) => {
    const chain = random.pick([2, 20, 400]);
    let from = node.output[0] ?? "x";
    for (let link = 0; link < chain; link++) {
      const to = `${node.name}-${link}`;
      graph.node.push({ ...node, name: to, output: [to], input: [from, ...node.input.slice(1)] });
      from = to;
    }
    if (graph.output[0]) graph.output[0].name = from;
  }),
  (graph, random) => graph.node.reverse() && random.below(1),
  (graph, random) => graph.initializer.length > 0 && changeTensor(random.pick(graph.initializer), random),
  (graph, random) => graph.initializer.length > 0 && changeTensor(random.pick(graph.initializer), random),
  (graph, random) => {
    const dims = graph.input[0]?.type?.tensorType?.shape?.dim;
    if (!dims) return;
    if (random.chance(0.3)) dims.length = random.below(dims.length + 1);
    for (const dim of dims) if (random.chance(0.4)) dim.dimValue = number(random);
  },
  (graph, random) => {
    if (graph.output[0]) graph.output[0].name = random.pick(names(graph));
  },
  (_graph, random, model) => {
    if (model.opsetImport[0])
      model.opsetImport[0].version = random.chance(0.8) ? BigInt(random.below(24)) : number(random);
  },
];

/** Changes what a graph says, in ways that protobuf allows: operators, names, attributes, sizes, tensors. Null for no model. */
export function changeGraph(bytes: Uint8Array, random: Random): Uint8Array | null {
  const model = fromBinary(ModelSchema, bytes);
  if (!model.graph) return null;
  const count = 1 + (random.chance(0.4) ? 0 : random.below(5));
  for (let change = 0; change < count; change++) random.pick(changes)(model.graph, random, model);
  try {
    return toBinary(ModelSchema, model);
  } catch {
    return null; // A value that its field can't hold.
  }
}
