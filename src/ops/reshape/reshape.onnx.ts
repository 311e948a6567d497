import type { OnnxCall, OnnxRule } from "../../core/onnx.ts";

const only = (call: OnnxCall) => call.inputs[0]!;

/** The shape that a record has: 0 keeps a size of the same place, -1 stands for the only one that is left. */
function target(call: OnnxCall): string {
  const { sizes } = call.output;
  const kept = (size: number | null, axis: number) =>
    size === null && call.records.every(({ inputs, output }) => inputs[0]!.shape[axis] === output.shape[axis])
      ? 0
      : size;
  const shape = sizes.map(kept);
  const left = shape.filter((size) => size === null).length;
  // A size that is 0 would be taken for one to keep.
  const plain = left <= 1 && !sizes.includes(0);
  if (plain) return call.ints(shape.map((size) => size ?? -1));
  return call.shape(call.records.map(({ output }) => output.shape));
}

export const reshapeOnnx: OnnxRule = (call) => call.add("Reshape", [only(call).name, target(call)]);

/** ONNX's own makes two dimensions. */
export const flattenOnnx: OnnxRule = (call) => {
  const { name, sizes } = only(call);
  const { startDim, endDim } = call.attributes as { startDim: number; endDim: number };
  const [start, end] = [startDim, endDim].map((dim) => (dim < 0 ? dim + sizes.length : dim));
  if (start === 1 && end === sizes.length - 1) return call.add("Flatten", [name], { axis: 1 });
  return reshapeOnnx(call);
};

export const squeezeOnnx: OnnxRule = (call) => {
  const { name, sizes } = only(call);
  const dim = call.attributes.dim as number | null;
  const axes = [...sizes.keys()].filter(
    (axis) => sizes[axis] === 1 && (dim === null || axis === (dim < 0 ? dim + sizes.length : dim)),
  );
  return axes.length === 0 ? name : call.add("Squeeze", [name, call.ints(axes)]);
};

export const unsqueezeOnnx: OnnxRule = (call) => {
  const dim = call.attributes.dim as number;
  return call.add("Unsqueeze", [only(call).name, call.ints([dim < 0 ? dim + call.output.sizes.length : dim])]);
};
