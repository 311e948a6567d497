import type { OnnxRule } from "../../core/onnx.ts";
import type { Shape } from "../../core/shape.ts";
import { reduced } from "../reduction.onnx.ts";

export const sumOnnx = reduced("ReduceSum", 13);

/** Axes that are left out, put in another order, put in, and repeated: each where it is needed. */
export const expandOnnx: OnnxRule = (call) => {
  const axes = call.attributes.axes as readonly number[];
  const rank = call.inputs[0]!.sizes.length;
  let { name } = call.inputs[0]!;
  const kept = axes.filter((axis) => axis >= 0);
  const dropped = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !kept.includes(axis));
  if (dropped.length > 0) name = call.add("Squeeze", [name, call.ints(dropped)]);
  const order = kept.map((axis) => axis - dropped.filter((each) => each < axis).length);
  if (order.some((axis, at) => axis !== at)) name = call.add("Transpose", [name], { perm: order });
  const added = axes.flatMap((axis, at) => (axis < 0 ? [at] : []));
  // In front they come of themselves, where something is repeated.
  const repeats = call.records.map(
    ({ inputs, output }): Shape =>
      output.shape.map((size, at) => (axes[at]! >= 0 && inputs[0]!.shape[axes[at]!] === size ? 1 : size)),
  );
  const expands = repeats.some((shape) => shape.some((size) => size !== 1));
  const leading = expands && added.every((axis, at) => axis === at);
  if (added.length > 0 && !leading) name = call.add("Unsqueeze", [name, call.ints(added)]);
  return expands ? call.add("Expand", [name, call.shape(repeats)]) : name;
};
