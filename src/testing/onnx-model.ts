import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type Model, ModelSchema } from "../formats/onnx/model_pb.ts";
import type { Tensor } from "../formats/onnx/value_pb.ts";

type GraphInit = NonNullable<MessageInitShape<typeof ModelSchema>["graph"]>;
type NodeInit = NonNullable<NonNullable<Extract<GraphInit, { node?: unknown }>["node"]>[number]>;

/** A stored tensor of float32. */
export const floats = (name: string, dims: readonly number[], data: readonly number[]) =>
  ({ name, dims: dims.map(BigInt), dataType: 1, floatData: [...data] }) as Partial<Tensor> & { name: string };

/** A stored tensor of int64. */
export const ints = (name: string, data: readonly number[]) =>
  ({ name, dims: [BigInt(data.length)], dataType: 7, int64Data: data.map(BigInt) }) as Partial<Tensor> & {
    name: string;
  };

export const attribute = {
  int: (name: string, value: number) => ({ name, type: 2, i: BigInt(value) }),
  ints: (name: string, values: readonly number[]) => ({ name, type: 7, ints: values.map(BigInt) }),
  float: (name: string, value: number) => ({ name, type: 1, f: value }),
  text: (name: string, value: string) => ({ name, type: 3, s: new TextEncoder().encode(value) }),
};

/** A model from input x to output y; sizes of x may be names, or null where they are left open. */
export function onnxModel(
  node: readonly NodeInit[],
  initializer: readonly (Partial<Tensor> & { name: string })[],
  sizes: readonly (number | string | null)[],
  opset = 17,
): Model {
  const dim = sizes.map((size) => {
    if (size === null) return {};
    return typeof size === "number" ? { dimValue: BigInt(size) } : { dimParam: size };
  });
  return create(ModelSchema, {
    irVersion: 8n,
    opsetImport: [{ domain: "", version: BigInt(opset) }],
    graph: {
      node: [...node],
      initializer: [...initializer] as Tensor[],
      input: [{ name: "x", type: { tensorType: { elemType: 1, shape: { dim } } } }],
      output: [{ name: "y" }],
    },
  });
}

/** `count` nodes: 3×3 Conv and Relu in turn, of 8 channels, with every sixth node an Add of the value six before. */
export function longChain(count: number): Model {
  const nodes: NodeInit[] = [{ opType: "Conv", name: "stem", input: ["x", "w0"], output: ["v0"], attribute: [pads] }];
  const stored = [floats("w0", [8, 3, 3, 3], filled(8 * 3 * 9))];
  for (let at = 1; at < count; at++) {
    const [last, output] = [`v${at - 1}`, at === count - 1 ? "y" : `v${at}`];
    if (at % 6 === 0) {
      nodes.push({ opType: "Add", name: `add${at}`, input: [last, `v${at - 6}`], output: [output] });
    } else if (at % 2 === 1) {
      nodes.push({ opType: "Relu", name: `relu${at}`, input: [last], output: [output] });
    } else {
      const weight = `w${at}`;
      stored.push(floats(weight, [8, 8, 3, 3], filled(8 * 8 * 9)));
      nodes.push({
        opType: "Conv",
        name: `conv${at}`,
        input: [last, weight],
        output: [output],
        attribute: [pads],
      });
    }
  }
  return onnxModel(nodes, stored, [1, 3, 32, 32]);
}

const pads = attribute.ints("pads", [1, 1, 1, 1]);
const filled = (size: number) => Array.from({ length: size }, (_, at) => ((at % 7) - 3) / 100);
