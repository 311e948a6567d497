import type { OnnxRule } from "../../core/onnx.ts";

/** By known statistics; a layer that tracks none normalises by the batch's own, which is written as what it does. */
export const batchNorm2dOnnx: OnnxRule = (call) => {
  const { eps, training, affine } = call.attributes as { eps: number; training: boolean; affine: boolean };
  if (training) return call.body();
  const [x, mean, variance, weight, bias] = call.inputs.map(({ name }) => name) as [
    string,
    string,
    string,
    string?,
    string?,
  ];
  const channels = call.records[0]!.inputs[1]!.shape[0]!;
  const filled = (value: number) => call.floats([channels], new Float32Array(channels).fill(value));
  const scaled = affine ? [weight!, bias!] : [filled(1), filled(0)];
  return call.add("BatchNormalization", [x, ...scaled, mean, variance], { epsilon: { float: eps } });
};
