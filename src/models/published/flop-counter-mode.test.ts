import { describe, expect, test } from "vitest";
import { multiplyAccumulates } from "../../analysis/conventions/measures.ts";
import { summarize } from "../../analysis/index.ts";
import { gradients } from "../../core/gradient.ts";
import { topological } from "../../core/graph.ts";
import { dataNode, type Node } from "../../core/node.ts";
import type { Shape } from "../../core/shape.ts";
import { numel } from "../../core/shape.ts";
import * as nn from "../../nn/index.ts";
import { conv2dWeightGradientOp } from "../../ops/convolution/weight-gradient.ts";
import { matmul } from "../../ops/index.ts";
import { Tensor } from "../../tensor/index.ts";
import { missing, note, rowsOf, summaryOf } from "../../testing/published.ts";
import { addNodes } from "../../testing/spatial.ts";
import { createModel } from "../index.ts";
import type { ResNet } from "../resnet.ts";

interface Row {
  readonly op: string;
  readonly flops: number;
}

const zeros = (...shape: number[]) => dataNode(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);
const convolved = (layer: nn.Conv2d, input: Shape) =>
  2 * summarize(layer, input, { convention: "torchvision" }).totals.macs;

/** Two for each multiply-accumulate of the convolutions and matrix products of a graph, gradients included. */
function flopsOf(roots: readonly Node[]): number {
  return topological(roots).reduce((sum, node) => {
    const isGradient = node.op === conv2dWeightGradientOp;
    const macs = isGradient
      ? numel(node.shape) * numel(node.inputs[1]!.shape.toSpliced(1, 1))
      : multiplyAccumulates(node);
    return sum + 2 * macs;
  }, 0);
}

/** A step of training, with the gradient of the picture. */
function trainingStep(network: nn.Layer, input: Shape): Node[] {
  const x = zeros(...input);
  const output = network.forward(new Tensor(x)).node;
  const targets = [x, ...network.parameters().map(({ node }) => node)];
  return [output, ...(gradients(output, zeros(...output.shape), targets, addNodes) as Node[])];
}

/** Of the first stage, forward. */
function firstStage(): number {
  const layers = summaryOf("resnet18", "torchvision").layers.filter(({ path }) => path.startsWith("layer1."));
  return 2 * layers.reduce((sum, { macs }) => sum + macs, 0);
}

const ours: Readonly<Record<string, () => number>> = {
  "mm (4,5)@(5,6)": () => flopsOf([matmul(zeros(4, 5), zeros(5, 6))]),
  "bmm (3,4,5)@(3,5,6)": () => flopsOf([matmul(zeros(3, 4, 5), zeros(3, 5, 6))]),
  "conv2d x(2,3,6,6) w(6,3,4,4) padding=1": () => convolved(new nn.Conv2d(3, 6, 4, { padding: 1 }), [2, 3, 6, 6]),
  "conv1d x(2,3,6) w(6,3,4) padding=1": () => convolved(new nn.Conv2d(3, 6, [1, 4], { padding: [0, 1] }), [2, 3, 1, 6]),
  "resnet18 224 forward+backward": () => flopsOf(trainingStep(createModel("resnet18").network, [1, 3, 224, 224])),
  "resnet18.layer1 convolution forward": firstStage,
  "resnet18.layer1 convolution_backward": () => {
    const { layer1 } = createModel("resnet18").network as ResNet;
    return flopsOf(trainingStep(layer1, [1, 64, 56, 56])) - firstStage();
  },
};

describe.skipIf(missing)(`PyTorch's FlopCounterMode${note}`, () => {
  test.each(rowsOf<Row>("torch_flop_counter_tests"))("$op: $flops", ({ op, flops }) => {
    expect(ours[op]!()).toBe(flops);
  });
});
