import type { Attributes } from "../../core/op.ts";
import type { Shape } from "../../core/shape.ts";
import { type Pair, pooledShape, type Windows } from "../pooling.ts";

export function windowsOf(attributes: Attributes): [Windows, Windows] {
  const { kernelSize, stride, padding, dilation, ceilMode } = attributes as unknown as {
    kernelSize: Pair;
    stride: Pair;
    padding: Pair;
    dilation: Pair;
    ceilMode: boolean;
  };
  const along = (axis: 0 | 1): Windows => ({
    kernel: kernelSize[axis],
    stride: stride[axis],
    padding: padding[axis],
    dilation: dilation[axis],
    ceilMode,
  });
  return [along(0), along(1)];
}

export const maxPooledShape = (input: Shape, attributes: Attributes): Shape =>
  pooledShape("maxPool2d", input, windowsOf(attributes));
