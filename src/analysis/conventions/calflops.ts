import type { Node } from "../../core/node.ts";
import * as nn from "../../nn/index.ts";
import type { ConvTransposeAttributes } from "../../ops/convolution/conv-transpose2d.ts";
import { families } from "../../ops/families.ts";
import type { Call } from "../calls.ts";
import type { Convention } from "./convention.ts";
import { affineTimes, biasAdditions, inputs, multiplyAccumulates, outputs, wantedPixels } from "./measures.ts";

/** calflops, and DeepSpeed's profiler before its formula for transposed convolutions was mended. */
export const calflops: Convention = {
  name: "calflops",
  prints: ["macs", "flops"],
  meaning:
    "MACs without biases; FLOPs are 2 for each MAC, biases of convolutions, 1 for each ReLU and pooled input, batch norm 2 an element",
  count: (node, call) => {
    const macs = families.get(node.op) === "transposed convolution" ? transposed(node).macs : multiplyAccumulates(node);
    return { macs, flops: 2 * macs + others(node, call) };
  },
};

function others(node: Node, { module }: Call): number {
  switch (families.get(node.op)) {
    case "convolution":
      return biasAdditions(node);
    case "transposed convolution":
      return transposed(node).bias;
    case "rectifier":
      // PyTorch's ReLU6 module calls hardtanh, which has no wrapper.
      return module instanceof nn.ReLU6 ? 0 : outputs(node);
    case "leaky rectifier":
    case "gated unit":
      return outputs(node);
    case "max pooling":
    case "average pooling":
    case "adaptive pooling":
    case "softmax":
      return inputs(node);
    case "batch norm":
      return node.attributes.training === true ? affineTimes(node, 5, 4) : affineTimes(node, 2, 1);
    case "layer norm":
      return affineTimes(node, 5, 4);
    case "upsampling":
      // The factor is worked out and then dropped.
      return wantedPixels(node) ?? inputs(node);
    default:
      return 0;
  }
}

/**
 * As its formula has it: outputs of one group for all outputs, divided by the groups again and rounded down; the bias over
 * the size that a convolution, not a transposed one, would give.
 */
function transposed(node: Node): { readonly macs: number; readonly bias: number } {
  const [x, weight] = node.inputs as [Node, Node];
  const { stride, padding, dilation, groups } = node.attributes as ConvTransposeAttributes;
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const [, perGroup, ...kernel] = weight.shape as [number, number, number, number];
  const macs = kernel[0] * kernel[1] * channels * Math.floor(perGroup / groups) * batch * height * width;
  if (node.inputs.length < 3) return { macs, bias: 0 };
  const size = (axis: 0 | 1, input: number) =>
    Math.floor((input + 2 * padding[axis] - (dilation[axis] * (kernel[axis] - 1) + 1)) / stride[axis]) + 1;
  return { macs, bias: perGroup * batch * size(0, height) * size(1, width) };
}
