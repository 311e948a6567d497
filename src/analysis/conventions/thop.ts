import type { Node } from "../../core/node.ts";
import * as nn from "../../nn/index.ts";
import { families } from "../../ops/families.ts";
import type { Call } from "../calls.ts";
import { ofMacs } from "./convention.ts";
import {
  affineTimes,
  biasAdditions,
  hasBias,
  inputs,
  multiplyAccumulates,
  outputs,
  overOutputPixels,
  windowSize,
} from "./measures.ts";

/** The version that made the table in thop's README. */
export const thop = ofMacs(
  "thop",
  "the thop of its README: a convolution MACs and biases, but linear layers 2 for each MAC; batch norm 4 an element; ReLU and max pooling 0",
  (node, { module }) => (families.get(node.op) ? readme(node, module) : 0),
);

/** The last version. */
export const thopHead = ofMacs(
  "thop-head",
  "thop's last version: multiplications alone, no bias; batch and layer norm 4 an element; ReLU and max pooling 0",
  (node, { module }) => (families.get(node.op) ? head(node, module) : 0),
);

/** Both hook modules: what a network's own forward does is 0, and so are moves of elements within a module. */
type Module = Call["module"];

function readme(node: Node, module: Module): number {
  if (module instanceof nn.Conv2d || module instanceof nn.ConvTranspose2d) {
    return convolved(node) + biasAdditions(node);
  }
  // n multiplications, n - 1 additions and the bias.
  if (module instanceof nn.Linear) return 2 * multiplyAccumulates(node) - (hasBias(node) ? 0 : outputs(node));
  if (module instanceof nn.BatchNorm2d) return 4 * inputs(node);
  if (module instanceof nn.LeakyReLU) return inputs(node);
  if (module instanceof nn.AvgPool2d) return (readmeWindow(node) + 1) * outputs(node);
  if (module instanceof nn.AdaptiveAvgPool2d) return (wholeWindow(node) + 1) * outputs(node);
  if (module instanceof nn.Upsample) return outputs(node) * ({ bilinear: 11, bicubic: 259 }[modeOf(node)] ?? 0);
  return 0;
}

function head(node: Node, module: Module): number {
  if (module instanceof nn.Conv2d || module instanceof nn.ConvTranspose2d) return convolved(node);
  if (module instanceof nn.Linear) return multiplyAccumulates(node);
  if (module instanceof nn.BatchNorm2d || module instanceof nn.LayerNorm) return affineTimes(node, 4, 2);
  if (module instanceof nn.PReLU) return inputs(node);
  if (module instanceof nn.Softmax)
    return 3 * inputs(node) - inputs(node) / node.shape.at(node.attributes.dim as number)!;
  if (module instanceof nn.AvgPool2d) return outputs(node);
  if (module instanceof nn.AdaptiveAvgPool2d) return inputs(node) + outputs(node);
  if (module instanceof nn.Upsample) return outputs(node) * ({ bilinear: 11, bicubic: 259 }[modeOf(node)] ?? 1);
  return 0;
}

/** Both take the pixels of the output for a transposed convolution. */
function convolved(node: Node): number {
  return families.get(node.op) === "transposed convolution" ? overOutputPixels(node) : multiplyAccumulates(node);
}

const modeOf = (node: Node) => String(node.attributes.mode) as "bilinear" | "bicubic";

/** A square window counts one side only: the version multiplied the elements of [kernel_size]. */
function readmeWindow(node: Node): number {
  const [height, width] = node.attributes.kernelSize as readonly [number, number];
  return height === width ? height : windowSize(node);
}

/** Sides of the input over sides of the output, rounded down. */
function wholeWindow({ inputs: [x], shape }: Node): number {
  return Math.floor(x!.shape.at(-2)! / shape.at(-2)!) * Math.floor(x!.shape.at(-1)! / shape.at(-1)!);
}
