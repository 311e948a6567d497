import type { Node } from "../../core/node.ts";
import * as nn from "../../nn/index.ts";
import { families } from "../../ops/families.ts";
import type { Call } from "../calls.ts";
import { ofMacs } from "./convention.ts";
import {
  affineTimes,
  biasAdditions,
  inputs,
  multiplyAccumulates,
  outputs,
  overOutputPixels,
  wantedPixels,
} from "./measures.ts";

/** Its `pytorch` backend: the one that its table of networks is complete for. */
export const ptflops = ofMacs(
  "ptflops",
  "ptflops' pytorch backend: MACs and biases, batch norm 2 an element; ReLU and pooling modules twice, as its hook and its patch both see them",
  (node, call) => hooked(node, call) + patched(node, call),
);

/** Its `aten` backend. */
export const ptflopsAten = ofMacs(
  "ptflops-aten",
  "ptflops' aten backend: multiply-accumulates and bias additions of convolutions and matrix products alone",
  (node) => multiplyAccumulates(node) + biasAdditions(node),
);

type Rule = readonly [
  modules: readonly (abstract new (...args: never[]) => nn.Module)[],
  count: (node: Node) => number,
];

/** What hooks on modules count: nothing for what a network's own forward does. */
const hooks: readonly Rule[] = [
  [[nn.Conv2d, nn.Linear], (node) => multiplyAccumulates(node) + biasAdditions(node)],
  [[nn.ConvTranspose2d], (node) => overOutputPixels(node) + biasAdditions(node)],
  [[nn.BatchNorm2d], (node) => affineTimes(node, 2, 1)],
  [[nn.LayerNorm], inputs],
  [[nn.ReLU, nn.PReLU, nn.ELU, nn.LeakyReLU, nn.ReLU6, nn.GELU], outputs],
  [[nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d], inputs],
  // Its hook takes the first sample for the batch.
  [[nn.Upsample], (node) => outputs(node) / node.shape[0]!],
];

function hooked(node: Node, { module }: Call): number {
  const rule = hooks.find(([modules]) => modules.some((type) => module instanceof type));
  return rule && families.get(node.op) ? rule[1](node) : 0;
}

/** What its wrappers around functions count, which modules call too. */
function patched(node: Node, { module }: Call): number {
  switch (families.get(node.op)) {
    case "rectifier":
      // PyTorch's ReLU6 module calls hardtanh, which has no wrapper.
      return module instanceof nn.ReLU6 ? 0 : inputs(node);
    case "gated unit":
    case "max pooling":
    case "average pooling":
    case "adaptive pooling":
    case "softmax":
      return inputs(node);
    case "upsampling":
      return wantedPixels(node) ?? byFactor(node);
    case "matmul":
      return multiplyAccumulates(node);
    default:
      return 0;
  }
}

/** The factor to the power of the batch: its wrapper takes the length of the input for the number of axes. */
function byFactor(node: Node): number {
  const [first, second] = node.attributes.scaleFactor as readonly [number, number];
  return inputs(node) * (first === second ? first ** node.inputs[0]!.shape[0]! : first * second);
}
