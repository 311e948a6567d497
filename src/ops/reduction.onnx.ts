import type { OnnxRule } from "../core/onnx.ts";

/** Over dimensions `dim`. Axes are an input of an operator since opset `since`, and an attribute before. */
export const reduced =
  (type: string, since: number): OnnxRule =>
  (call) => {
    const { dim, keepdim } = call.attributes as unknown as { dim: readonly number[]; keepdim: boolean };
    const { name } = call.inputs[0]!;
    const keepdims = keepdim ? 1 : 0;
    // No axes would mean all of them.
    if (dim.length === 0) return name;
    if (call.opset < since) return call.add(type, [name], { axes: dim, keepdims });
    return call.add(type, [name, call.ints(dim)], { keepdims });
  };
