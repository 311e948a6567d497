import { ArgumentError, ShapeError } from "../../core/errors.ts";
import { type Node, record } from "../../core/node.ts";
import type { PrimitiveOp } from "../../core/op.ts";
import type { TensorType } from "../../core/shape.ts";
import { sum } from "../sum-expand/sum.ts";
import { recordConv2d } from "./conv2d.ts";
import {
  type Conv2dOptions,
  type ConvolutionAttributes,
  checkBias,
  checkGroups,
  checkInputs,
  convolutionAttributes,
  type Pair,
  pair,
  plural,
  transposedSize,
} from "./geometry.ts";
import { recordWeightGradient } from "./weight-gradient.ts";

export interface ConvTransposeAttributes extends ConvolutionAttributes {
  readonly output_padding: Pair;
}

export interface ConvTranspose2dOptions extends Omit<Conv2dOptions, "padding"> {
  /** Rows and columns cut off the result on each side. Default 0. */
  readonly padding?: number | Pair;
  /** Rows and columns more at the bottom and right: which of the sizes that a strided convolution maps to this one is meant. Default 0. */
  readonly outputPadding?: number | Pair;
}

/**
 * 2-D transposed convolution, the gradient of conv2d with respect to its input: input [N, Ci, H, W], weight
 * [Ci, Co/groups, kh, kw] and bias [Co] or null give [N, Co, Ho, Wo], where
 * `Ho = (H - 1)·stride - 2·padding + dilation·(kh - 1) + outputPadding + 1` and Wo likewise.
 * @throws ShapeError when channels, groups or sizes don't fit; ArgumentError for a bad option.
 * @example
 * const small = dataNode(new Float32Array(16 * 8 * 8), [1, 16, 8, 8]);
 * const weight = dataNode(new Float32Array(16 * 3 * 4 * 4), [16, 3, 4, 4]);
 * convTranspose2d(small, weight, null, { stride: 2, padding: 1 }).shape; // [1, 3, 16, 16]
 */
export function convTranspose2d(
  input: Node,
  weight: Node,
  bias: Node | null = null,
  options: ConvTranspose2dOptions = {},
): Node {
  checkInputs("convTranspose2d", [input, weight], names, layout);
  if (typeof options.padding === "string") {
    throw new ArgumentError(`convTranspose2d: padding needs a number or a pair, got "${options.padding}"`);
  }
  const attributes = convolutionAttributes("convTranspose2d", [weight.shape[2]!, weight.shape[3]!], options);
  const output_padding = pair("convTranspose2d", "outputPadding", options.outputPadding ?? 0, 0);
  for (const axis of [0, 1] as const) {
    if (output_padding[axis] >= Math.max(attributes.stride[axis], attributes.dilation[axis])) {
      throw new ArgumentError(
        `convTranspose2d: outputPadding must be less than stride or dilation, got [${output_padding.join(", ")}] ` +
          `with stride [${attributes.stride.join(", ")}] and dilation [${attributes.dilation.join(", ")}]`,
      );
    }
  }
  return recordConvTranspose2d(input, weight, bias, { ...attributes, output_padding });
}

/** The same with complete attributes. */
export function recordConvTranspose2d(
  input: Node,
  weight: Node,
  bias: Node | null,
  attributes: ConvTransposeAttributes,
): Node {
  return record(convTranspose2dOp, bias ? [input, weight, bias] : [input, weight], attributes);
}

const names = ["input", "weight", "bias"];
const layout = "[Ci, Co/groups, kh, kw]";

export const convTranspose2dOp: PrimitiveOp = {
  kind: "primitive",
  name: "convTranspose2d",
  shape(inputs, attributes) {
    checkInputs("convTranspose2d", inputs, names, layout);
    const [input, weight, bias] = inputs as [TensorType, TensorType, TensorType?];
    const [batch, channels] = input.shape as [number, number];
    const [needed, perGroup] = weight.shape as [number, number];
    const { groups, output_padding } = attributes as ConvTransposeAttributes;
    if (channels !== needed) {
      throw new ShapeError("convTranspose2d", `needs ${plural(needed, "input channel")}`, {
        [`${channels} from input`]: input.shape,
      });
    }
    checkGroups("convTranspose2d", "input", channels, groups);
    checkBias("convTranspose2d", bias, perGroup * groups);
    const sizes = ([0, 1] as const).map(
      (axis) =>
        transposedSize(input.shape[axis + 2]!, weight.shape[axis + 2]!, axis, attributes as ConvTransposeAttributes) +
        output_padding[axis],
    );
    if (sizes.some((size) => size < 1)) {
      throw new ShapeError("convTranspose2d", "needs an output of at least 1 by 1", {
        [`${sizes.join(" by ")} from input`]: input.shape,
        kernel: weight.shape.slice(2),
        padding: (attributes as ConvTransposeAttributes).padding,
      });
    }
    return [batch, perGroup * groups, ...sizes];
  },
  gradient(node, gradOutput, needs) {
    const [input, weight] = node.inputs as [Node, Node];
    const geometry = forwardGeometry(node.attributes as ConvTransposeAttributes);
    return [
      needs[0] ? recordConv2d(gradOutput, weight, null, geometry) : null,
      needs[1] ? recordWeightGradient(gradOutput, input, [weight.shape[2]!, weight.shape[3]!], geometry) : null,
      needs[2] ? sum(gradOutput, [0, 2, 3], false) : null,
    ];
  },
};

/** The convolution that maps the output back to the input's size: whole strides of output padding are cropped again. */
function forwardGeometry({
  stride,
  padding,
  dilation,
  groups,
  output_padding,
}: ConvTransposeAttributes): ConvolutionAttributes {
  const [top, left, bottom, right] = padding;
  return {
    stride,
    padding: [
      top,
      left,
      bottom - (output_padding[0] - (output_padding[0] % stride[0])),
      right - (output_padding[1] - (output_padding[1] % stride[1])),
    ],
    dilation,
    groups,
  };
}
