import { ShapeError } from "../../core/errors.ts";
import { type Node, record } from "../../core/node.ts";
import type { PrimitiveOp } from "../../core/op.ts";
import { sameShape } from "../../core/shape.ts";
import { float } from "../elementwise/index.ts";
import { type Pair, pairOf } from "../pooling.ts";
import { maxPooledShape } from "./windows.ts";

/** The largest element of each window. */
export const maxPool2dOp: PrimitiveOp = {
  kind: "primitive",
  name: "maxPool2d",
  shape: ([input], attributes) => maxPooledShape(input!.shape, attributes),
  gradient: ({ inputs, attributes }, gradOutput) => [record(maxPool2dGradientOp, [inputs[0]!, gradOutput], attributes)],
};

/** Where in its plane (row · W + column) each window's largest element is. */
export const maxPool2dIndexOp: PrimitiveOp = {
  kind: "primitive",
  name: "maxPool2dIndex",
  shape: ([input], attributes) => maxPooledShape(input!.shape, attributes),
  dtype: () => "int32",
  gradient: () => [null],
};

/** Inputs x and gradOutput: each gradient added where its window's largest element is. Linear in gradOutput. */
export const maxPool2dGradientOp: PrimitiveOp = {
  kind: "primitive",
  name: "maxPool2dGradient",
  shape([x, gradOutput], attributes) {
    needPooled("maxPool2dGradient", maxPooledShape(x!.shape, attributes), gradOutput!.shape);
    return x!.shape;
  },
  gradient: ({ inputs, attributes }, gradOutput) => [
    null,
    record(maxPool2dGatherOp, [inputs[0]!, gradOutput], attributes),
  ],
};

/** Inputs x and y of the same shape: y's elements at the places of x's maxima. The gradient of the gradient. */
export const maxPool2dGatherOp: PrimitiveOp = {
  kind: "primitive",
  name: "maxPool2dGather",
  shape([x, y], attributes) {
    needPooled("maxPool2dGather", x!.shape, y!.shape);
    return maxPooledShape(x!.shape, attributes);
  },
  gradient: ({ inputs, attributes }, gradOutput) => [
    null,
    record(maxPool2dGradientOp, [inputs[0]!, gradOutput], attributes),
  ],
};

function needPooled(name: string, expected: readonly number[], got: readonly number[]): void {
  if (!sameShape(expected, got)) throw new ShapeError(name, `needs a second input [${expected.join(", ")}]`, { got });
}

export interface MaxPool2dOptions {
  readonly stride?: number | Pair;
  readonly padding?: number | Pair;
  readonly dilation?: number | Pair;
  readonly ceilMode?: boolean;
}

/**
 * [N, C, H, W] → [N, C, H', W']: the largest element of each window; stride is the kernel size unless given.
 * H' = ⌊(H + 2·padding - dilation·(kernel - 1) - 1) / stride⌋ + 1 (⌈…⌉ with ceilMode). A NaN counts as largest.
 * @throws ShapeError where no window fits, or padding is over half the kernel.
 * @example
 * import { dataNode } from "../../core/node.ts";
 * maxPool2d(dataNode(new Float32Array(16), [1, 1, 4, 4]), 2).shape; // [1, 1, 2, 2]
 */
export function maxPool2d(x: Node, kernelSize: number | Pair, options: MaxPool2dOptions = {}): Node {
  return record(maxPool2dOp, [float(x)], attributesFrom("maxPool2d", kernelSize, options));
}

/** The flat position in its H × W plane of each window's largest element, as int32; the first of equals. */
export function maxPool2dIndex(x: Node, kernelSize: number | Pair, options: MaxPool2dOptions = {}): Node {
  return record(maxPool2dIndexOp, [float(x)], attributesFrom("maxPool2dIndex", kernelSize, options));
}

function attributesFrom(subject: string, kernelSize: number | Pair, options: MaxPool2dOptions) {
  const { stride = kernelSize, padding = 0, dilation = 1, ceilMode = false } = options;
  return {
    kernelSize: pairOf(subject, "kernelSize", kernelSize, 1),
    stride: pairOf(subject, "stride", stride, 1),
    padding: pairOf(subject, "padding", padding, 0),
    dilation: pairOf(subject, "dilation", dilation, 1),
    ceilMode,
  };
}
