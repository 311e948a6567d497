import type { OnnxCall, OnnxRule } from "../../core/onnx.ts";
import { onBatch, pooled } from "../pooling.onnx.ts";

export const avgPool2dOnnx: OnnxRule = (call) => {
  const { kernelSize, ceilMode, countIncludePad, divisorOverride } = call.attributes as unknown as {
    kernelSize: readonly [number, number];
    ceilMode: boolean;
    countIncludePad: boolean;
    divisorOverride: number | null;
  };
  if (divisorOverride === null) return pooled(call, "AveragePool", { count_include_pad: countIncludePad ? 1 : 0 });
  // A window that hangs over the end would be divided by less.
  if (ceilMode) return call.body();
  const mean = pooled(call, "AveragePool", { count_include_pad: 1 });
  return call.add("Mul", [mean, call.float((kernelSize[0] * kernelSize[1]) / divisorOverride)]);
};

/** How many times an axis is smaller afterwards, where that is a whole number and the same for all sizes. */
function ratioOf({ records }: OnnxCall, axis: -2 | -1): number | null {
  const ratios = records.map(({ inputs, output }) => inputs[0]!.shape.at(axis)! / output.shape.at(axis)!);
  const [first] = ratios;
  return Number.isInteger(first) && ratios.every((each) => each === first) ? first! : null;
}

export const adaptiveAvgPool2dOnnx: OnnxRule = (call) => {
  const { sizes } = call.output;
  if (sizes.at(-2) === 1 && sizes.at(-1) === 1) {
    return onBatch(call, (x) => call.add("GlobalAveragePool", [x]));
  }
  const ratios = [ratioOf(call, -2), ratioOf(call, -1)];
  if (ratios.every((each) => each === 1)) return call.inputs[0]!.name;
  if (ratios.includes(null)) return call.body();
  return onBatch(call, (x) =>
    call.add("AveragePool", [x], { kernel_shape: ratios as number[], strides: ratios as number[] }),
  );
};
