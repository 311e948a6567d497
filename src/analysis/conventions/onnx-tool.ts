import type { Node } from "../../core/node.ts";
import { numel } from "../../core/shape.ts";
import { families } from "../../ops/families.ts";
import { costOf } from "../cost.ts";
import { ofMacs } from "./convention.ts";
import { biasAdditions, inputs, multiplyAccumulates, outputs, windowSize } from "./measures.ts";

/** onnx-tool's MACs of the network as an ONNX file, nothing fused. */
export const onnxTool = ofMacs(
  "onnx-tool",
  "MACs, biases and every other operation by its price: compare 1, divide 4, sqrt 24, exp 32; batch norm 31 an element, pooling its window",
  macsOf,
);

/** Machine instructions for one operation, as its source prices them. */
const prices: Readonly<Record<string, number>> = {
  ...{ abs: 1, compare: 1, floor: 1, negate: 1, divide: 4, sqrt: 24, exp: 32, pow: 32, sigmoid: 32, log: 43 },
  // Its hyperbolic tangent is priced twice; erf, casts and selections are free.
  ...{ tanh: 76, erf: 0, cast: 0, select: 0 },
};

function macsOf(node: Node): number {
  switch (families.get(node.op)) {
    case "convolution":
    case "linear":
    case "matmul":
      return multiplyAccumulates(node) + biasAdditions(node);
    case "transposed convolution":
      return outputs(node) * numel(node.inputs[1]!.shape.slice(1)) + biasAdditions(node);
    case "batch norm":
      return outputs(node) * (1 + prices.sqrt! + prices.divide! + 1 + 1);
    case "softmax":
      return outputs(node) * (prices.exp! + prices.divide!);
    case "max pooling":
    case "average pooling":
      return outputs(node) * windowSize(node);
    case "adaptive pooling":
      return inputs(node) + prices.divide! * outputs(node);
    case "upsampling":
      return (
        outputs(node) * (({ bilinear: 4, bicubic: 8 } as Record<string, number>)[String(node.attributes.mode)] ?? 0)
      );
    default:
      return priced(node);
  }
}

function priced(node: Node): number {
  const { multiplications, additions, biasAdditions, other } = costOf(node);
  const priced = Object.entries(other).map(([kind, times]) => times * (prices[kind] ?? 1));
  return priced.reduce((sum, each) => sum + each, multiplications + additions + biasAdditions);
}
