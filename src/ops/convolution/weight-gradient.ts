import { ShapeError } from "../../core/errors.ts";
import { type Node, record } from "../../core/node.ts";
import type { Attributes, PrimitiveOp } from "../../core/op.ts";
import type { TensorType } from "../../core/shape.ts";
import { inputGradient, outputSize, recordConv2d } from "./conv2d.ts";
import {
  type Conv2dOptions,
  type ConvolutionAttributes,
  checkGroups,
  checkInputs,
  convolutionAttributes,
  type Pair,
} from "./geometry.ts";

export interface WeightGradientAttributes extends ConvolutionAttributes {
  readonly kernel_size: Pair;
}

/**
 * The gradient of conv2d with respect to its weight: input [N, Ci, H, W] and the gradient of the output [N, Co, Ho, Wo]
 * give [Co, Ci/groups, kh, kw].
 * @param kernelSize [kh, kw]: a stride can make several kernels give the same output size.
 * @throws ShapeError when gradOutput isn't of the size that such a convolution gives; ArgumentError for a bad option.
 * @example
 * const input = dataNode(new Float32Array(3 * 8 * 8), [1, 3, 8, 8]);
 * const gradOutput = dataNode(new Float32Array(5 * 6 * 6), [1, 5, 6, 6]);
 * conv2dWeightGradient(input, gradOutput, [3, 3]).shape; // [5, 3, 3, 3]
 */
export function conv2dWeightGradient(
  input: Node,
  gradOutput: Node,
  kernelSize: Pair,
  options: Conv2dOptions = {},
): Node {
  const attributes = convolutionAttributes("conv2dWeightGradient", kernelSize, options);
  return recordWeightGradient(input, gradOutput, kernelSize, attributes);
}

/** The same with complete attributes, of which only those that all convolutions have are used. */
export function recordWeightGradient(input: Node, gradOutput: Node, kernelSize: Pair, attributes: Attributes): Node {
  const { stride, padding, dilation, groups } = attributes as ConvolutionAttributes;
  const own: WeightGradientAttributes = { stride, padding, dilation, groups, kernel_size: kernelSize };
  return record(conv2dWeightGradientOp, [input, gradOutput], own);
}

export const conv2dWeightGradientOp: PrimitiveOp = {
  kind: "primitive",
  name: "conv2dWeightGradient",
  shape(inputs, attributes) {
    checkInputs("conv2dWeightGradient", inputs, ["input", "gradOutput"], "");
    const [input, gradOutput] = inputs as [TensorType, TensorType];
    const { groups, kernel_size } = attributes as WeightGradientAttributes;
    const [batch, channels] = input.shape as [number, number];
    const outputs = gradOutput.shape[1]!;
    checkGroups("conv2dWeightGradient", "input", channels, groups);
    checkGroups("conv2dWeightGradient", "output", outputs, groups);
    const size = outputSize(input.shape, kernel_size, attributes as ConvolutionAttributes);
    if (gradOutput.shape[0] !== batch || size.some((each, axis) => each !== gradOutput.shape[axis + 2])) {
      throw new ShapeError(
        "conv2dWeightGradient",
        `needs a gradOutput of shape [${[batch, outputs, ...size].join(", ")}] for input [${input.shape.join(", ")}]`,
        { gradOutput: gradOutput.shape },
      );
    }
    return [outputs, channels / groups, ...kernel_size];
  },
  gradient(node, gradWeight, needs) {
    const [input, gradOutput] = node.inputs as [Node, Node];
    const { stride, padding, dilation, groups } = node.attributes as WeightGradientAttributes;
    const geometry: ConvolutionAttributes = { stride, padding, dilation, groups };
    return [
      needs[0] ? inputGradient(gradOutput, gradWeight, input.shape, geometry) : null,
      needs[1] ? recordConv2d(input, gradWeight, null, geometry) : null,
    ];
  },
};
