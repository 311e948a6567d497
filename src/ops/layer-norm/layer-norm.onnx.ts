import type { OnnxRule } from "../../core/onnx.ts";
import { normalizedDims } from "./layer-norm.ts";

/** ONNX's own is over the last dimensions: channels of pictures go there and back. */
export const layerNormOnnx: OnnxRule = (call) => {
  const dims = normalizedDims(call.attributes);
  const { shape } = call.records[0]!.inputs[0]!;
  const [x, ...affine] = call.inputs.map(({ name }) => name) as [string, ...string[]];
  const sizes = dims.map((dim) => call.inputs[0]!.sizes[dim] ?? call.fix("normalises over the input's size"));
  const count = sizes.reduce((product, size) => product * size, 1);
  const scaled = affine.length > 0 ? affine : [call.floats(sizes, new Float32Array(count).fill(1))];
  const norm = (input: string, axis: number) =>
    call.add("LayerNormalization", [input, ...scaled], { axis, epsilon: { float: call.attributes.eps as number } });
  const first = dims[0]!;
  if (dims.length === shape.length - first) return norm(x, first);
  const others = [...shape.keys()].filter((axis) => !dims.includes(axis));
  const perm = [...others, ...dims];
  const back = [...shape.keys()].map((axis) => perm.indexOf(axis));
  return call.add("Transpose", [norm(call.add("Transpose", [x], { perm }), others.length)], { perm: back });
};
