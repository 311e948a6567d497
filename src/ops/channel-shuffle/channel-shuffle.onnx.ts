import type { OnnxRule } from "../../core/onnx.ts";

/** Height and width are one dimension meanwhile, so that they can have any size. */
export const channelShuffleOnnx: OnnxRule = (call) => {
  const groups = call.attributes.groups as number;
  const [{ name, sizes }] = call.inputs as [(typeof call.inputs)[number]];
  const apart = call.add("Reshape", [name, call.ints([0, groups, sizes[1]! / groups, -1])]);
  const dealt = call.add("Transpose", [apart], { perm: [0, 2, 1, 3] });
  return call.add("Reshape", [dealt, call.shape(call.records.map(({ output }) => output.shape))]);
};
