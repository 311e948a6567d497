import type { Attributes, NumericArray, Reference } from "../../core/op.ts";
import { numel, type Shape } from "../../core/shape.ts";
import { maxPooledShape, windowsOf } from "./windows.ts";

export const maxPool2dReference: Reference = ([x], output, [input], _outputType, attributes) => {
  eachMaximum(x!, input!.shape, attributes, (pooled, plane, position) => {
    output[pooled] = position < 0 ? Number.NEGATIVE_INFINITY : x![plane + position]!;
  });
};

export const maxPool2dIndexReference: Reference = ([x], output, [input], _outputType, attributes) => {
  eachMaximum(x!, input!.shape, attributes, (pooled, _plane, position) => {
    output[pooled] = position;
  });
};

export const maxPool2dGradientReference: Reference = ([x, gradOutput], output, [input], _outputType, attributes) => {
  output.fill(0);
  eachMaximum(x!, input!.shape, attributes, (pooled, plane, position) => {
    if (position >= 0) output[plane + position]! += gradOutput![pooled]!;
  });
};

export const maxPool2dGatherReference: Reference = ([x, y], output, [input], _outputType, attributes) => {
  eachMaximum(x!, input!.shape, attributes, (pooled, plane, position) => {
    output[pooled] = position < 0 ? 0 : y![plane + position]!;
  });
};

/**
 * Visits every window of `x`: its number in the pooled tensor, the first element of its plane, and the flat position in
 * the plane of its largest element. The first of equals counts, and a NaN counts as largest. -1: all of it is padding.
 */
function eachMaximum(
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
