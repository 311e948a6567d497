import type { OnnxRule } from "../../core/onnx.ts";
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
  const expands = call.records.some(({ inputs, output }) =>
    output.shape.some((size, at) => size !== (axes[at]! < 0 ? 1 : inputs[0]!.shape[axes[at]!])),
  );
  // New ones in front come of themselves.
  const leading = expands && added.every((axis, at) => axis === at);
  if (added.length > 0 && !leading) name = call.add("Unsqueeze", [name, call.ints(added)]);
  if (!expands) return name;
  // A size of 1 is that of the input: constants, where no other size varies.
  const ones = call.records.map(({ inputs, output }) =>
    output.shape.map((size, at) => (axes[at]! >= 0 && inputs[0]!.shape[axes[at]!] === size ? 1 : size)),
  );
  const steady = ones.every((shape) => `${shape}` === `${ones[0]}`);
  return call.add("Expand", [name, call.shape(steady ? ones : call.records.map(({ output }) => output.shape))]);
};
