import type { OnnxRule } from "../../core/onnx.ts";
import { reduced } from "../reduction.onnx.ts";

export const amaxOnnx = reduced("ReduceMax", 18);
export const meanOnnx = reduced("ReduceMean", 18);

/** Along one dimension, or of all elements as one row. */
export const argmaxOnnx: OnnxRule = (call) => {
  const { dim, keepdim } = call.attributes as unknown as { dim: readonly number[]; keepdim: boolean };
  const [{ name, sizes }] = call.inputs as [(typeof call.inputs)[number]];
  if (dim.length === 1) return call.add("ArgMax", [name], { axis: dim[0]!, keepdims: keepdim ? 1 : 0 });
  const row = call.add("Reshape", [name, call.ints([-1])]);
  const found = call.add("ArgMax", [row], { axis: 0, keepdims: 0 });
  return keepdim ? call.add("Reshape", [found, call.ints(sizes.map(() => 1))]) : found;
};
