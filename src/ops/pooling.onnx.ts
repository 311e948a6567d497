import type { OnnxAttributes, OnnxCall } from "../core/onnx.ts";
import type { Pair } from "./pooling.ts";

/** A pool over [N, C, H, W], or over [C, H, W], which ONNX has no pools for. */
export function pooled(call: OnnxCall, type: string, attributes: OnnxAttributes): string {
  const { kernelSize, stride, padding, ceilMode } = call.attributes as unknown as {
    kernelSize: Pair;
    stride: Pair;
    padding: Pair;
    ceilMode: boolean;
  };
  return onBatch(call, (x) =>
    call.add(type, [x], {
      ceil_mode: ceilMode ? 1 : 0,
      kernel_shape: kernelSize,
      pads: [...padding, ...padding],
      strides: stride,
      ...attributes,
    }),
  );
}

/** With a batch of one put in front of [C, H, W], and taken away again. */
export function onBatch(call: OnnxCall, apply: (x: string) => string): string {
  const { name, sizes } = call.inputs[0]!;
  if (sizes.length === 4) return apply(name);
  const axis = call.ints([0]);
  return call.add("Squeeze", [apply(call.add("Unsqueeze", [name, axis])), axis]);
}
