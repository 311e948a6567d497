import { ShapeError } from "../../core/errors.ts";
import { type Node, record } from "../../core/node.ts";
import type { Attributes, PrimitiveOp } from "../../core/op.ts";
import type { Shape, TensorType } from "../../core/shape.ts";
import { sum } from "../sum-expand/sum.ts";
import { recordConvTranspose2d } from "./conv-transpose2d.ts";
import {
  type Conv2dOptions,
  type ConvolutionAttributes,
  checkBias,
  checkGroups,
  checkInputs,
  convolutionAttributes,
  convolvedSize,
  leftOut,
  plural,
} from "./geometry.ts";
import { recordWeightGradient } from "./weight-gradient.ts";

/**
 * 2-D convolution (cross-correlation, as in PyTorch): input [N, Ci, H, W], weight [Co, Ci/groups, kh, kw] and bias [Co]
 * or null give [N, Co, Ho, Wo], where `Ho = floor((H + 2·padding - dilation·(kh - 1) - 1) / stride) + 1` and Wo likewise.
 * @throws ShapeError when channels, groups or sizes don't fit; ArgumentError for a bad option.
 * @example
 * const picture = dataNode(new Float32Array(3 * 32 * 32), [1, 3, 32, 32]);
 * const weight = dataNode(new Float32Array(8 * 3 * 5 * 5), [8, 3, 5, 5]);
 * conv2d(picture, weight, null, { padding: "same" }).shape; // [1, 8, 32, 32]
 */
export function conv2d(input: Node, weight: Node, bias: Node | null = null, options: Conv2dOptions = {}): Node {
  checkInputs("conv2d", [input, weight], names, layout);
  const attributes = convolutionAttributes("conv2d", [weight.shape[2]!, weight.shape[3]!], options);
  return recordConv2d(input, weight, bias, attributes);
}

/** The same with complete attributes. */
export function recordConv2d(input: Node, weight: Node, bias: Node | null, attributes: ConvolutionAttributes): Node {
  return record(conv2dOp, bias ? [input, weight, bias] : [input, weight], attributes);
}

const names = ["input", "weight", "bias"];
const layout = "[Co, Ci/groups, kh, kw]";

export const conv2dOp: PrimitiveOp = {
  kind: "primitive",
  name: "conv2d",
  shape(inputs, attributes) {
    checkInputs("conv2d", inputs, names, layout);
    const [input, weight, bias] = inputs as [TensorType, TensorType, TensorType?];
    const [batch, channels] = input.shape as [number, number];
    const [outputs, perGroup, ...kernel] = weight.shape as [number, number, number, number];
    const { groups } = attributes as ConvolutionAttributes;
    if (channels !== perGroup * groups) {
      throw new ShapeError("conv2d", `needs ${plural(perGroup * groups, "input channel")}`, {
        [`${channels} from input`]: input.shape,
      });
    }
    checkGroups("conv2d", "output", outputs, groups);
    checkBias("conv2d", bias, outputs);
    return [batch, outputs, ...outputSize(input.shape, kernel, attributes as ConvolutionAttributes)];
  },
  gradient(node, gradOutput, needs) {
    const [input, weight] = node.inputs as [Node, Node];
    return [
      needs[0] ? inputGradient(gradOutput, weight, input.shape, node.attributes) : null,
      needs[1] ? recordWeightGradient(input, gradOutput, kernelOf(weight), node.attributes) : null,
      needs[2] ? sum(gradOutput, [0, 2, 3], false) : null,
    ];
  },
};

const kernelOf = (weight: Node) => [weight.shape[2]!, weight.shape[3]!] as const;

/** @throws ShapeError when the kernel doesn't fit into the padded input. */
export function outputSize(shape: Shape, kernel: readonly number[], attributes: ConvolutionAttributes): number[] {
  const sizes = ([0, 1] as const).map((axis) => convolvedSize(shape[axis + 2]!, kernel[axis]!, axis, attributes));
  if (kernel.some((size) => size < 1) || sizes.some((size) => size < 1)) {
    const { padding, dilation } = attributes;
    throw new ShapeError("conv2d", "needs an input at least as large as its kernel", {
      input: shape,
      kernel,
      padding,
      dilation,
    });
  }
  return sizes;
}

/** The gradient with respect to an input of that shape: a transposed convolution. */
export function inputGradient(gradOutput: Node, weight: Node, shape: Shape, attributes: Attributes): Node {
  const geometry = attributes as ConvolutionAttributes;
  return recordConvTranspose2d(gradOutput, weight, null, {
    ...geometry,
    output_padding: [
      leftOut(shape[2]!, weight.shape[2]!, 0, geometry),
      leftOut(shape[3]!, weight.shape[3]!, 1, geometry),
    ],
  });
}
