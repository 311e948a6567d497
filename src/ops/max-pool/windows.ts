import type { Attributes, NumericArray } from "../../core/op.ts";
import { numel, type Shape } from "../../core/shape.ts";
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

/**
 * Visits every window of `x`: its number in the pooled tensor, the first element of its plane, and the flat position in
 * the plane of its largest element. The first of equals counts, and a NaN counts as largest. -1: all of it is padding.
 */
export function eachMaximum(
  x: NumericArray,
  shape: Shape,
  attributes: Attributes,
  visit: (pooled: number, plane: number, position: number) => void,
): void {
  const [down, across] = windowsOf(attributes);
  const [outHeight, outWidth] = maxPooledShape(shape, attributes).slice(-2) as [number, number];
  const [height, width] = shape.slice(-2) as [number, number];
  const planes = numel(shape.slice(0, -2));
  let pooled = 0;
  for (let plane = 0; plane < planes; plane++) {
    const base = plane * height * width;
    for (let i = 0; i < outHeight; i++) {
      for (let j = 0; j < outWidth; j++) {
        let best = Number.NEGATIVE_INFINITY;
        let position = -1;
        for (let a = 0; a < down.kernel; a++) {
          const y = i * down.stride - down.padding + a * down.dilation;
          if (y < 0 || y >= height) continue;
          for (let b = 0; b < across.kernel; b++) {
            const at = j * across.stride - across.padding + b * across.dilation;
            if (at < 0 || at >= width) continue;
            const value = x[base + y * width + at]!;
            if (position < 0 || value > best || Number.isNaN(value)) {
              best = value;
              position = y * width + at;
            }
          }
        }
        visit(pooled++, base, position);
      }
    }
  }
}
