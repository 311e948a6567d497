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
