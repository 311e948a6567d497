import { Generator } from "../core/generator.ts";
import { dataNode, type Node } from "../core/node.ts";
import { numel } from "../core/shape.ts";
import * as ops from "../ops/index.ts";

/** A small random network, recorded: its leaves hold random numbers, its output is one number. */
export interface RandomNetwork {
  readonly loss: Node;
  readonly outputs: readonly Node[];
  readonly leaves: readonly Node[];
  readonly text: string;
}

/** Draws branches, convolutions of every kind, pools, norms, moves and joins from a seed. */
export function randomNetwork(seed: number, depth = 6): RandomNetwork {
  const generator = new Generator(seed);
  const pick = <T>(items: readonly T[]): T => items[generator.integer(items.length)]!;
  const leaves: Node[] = [];
  const parts: string[] = [];
  const leaf = (...shape: number[]): Node => {
    const node = dataNode(
      Float32Array.from({ length: numel(shape) }, () => generator.uniform() * 2 - 1),
      shape,
    );
    leaves.push(node);
    return node;
  };
  const activations = [
    ops.relu,
    ops.tanh,
    ops.sigmoid,
    ops.silu,
    ops.gelu,
    (x: Node) => ops.leakyRelu(x, { negativeSlope: 0.1 }),
    ops.hardswish,
  ];
  const steps: Record<string, (x: Node) => Node> = {
    conv: (x) => {
      const groups = x.shape[1]! % 2 === 0 ? pick([1, 2]) : 1;
      const outputs = groups * pick([1, 2, 3, 4, 5]);
      const kernel = pick([1, 2, 3, 5]);
      const padding = pick([0, 1, 2]);
      const options = { stride: pick([1, 1, 2]), padding, dilation: pick([1, 1, 2]), groups };
      if (x.shape[2]! + 2 * padding < options.dilation * (kernel - 1) + 1) return x;
      if (x.shape[3]! + 2 * padding < options.dilation * (kernel - 1) + 1) return x;
      return ops.conv2d(
        x,
        leaf(outputs, x.shape[1]! / groups, kernel, kernel),
        pick([true, false]) ? leaf(outputs) : null,
        options,
      );
    },
    depthwise: (x) => ops.conv2d(x, leaf(x.shape[1]!, 1, 3, 3), null, { padding: 1, groups: x.shape[1]! }),
    transposed: (x) =>
      ops.convTranspose2d(x, leaf(x.shape[1]!, 3, 3, 3), leaf(3), {
        stride: 2,
        padding: 1,
        outputPadding: pick([0, 1]),
      }),
    activation: (x) => pick(activations)(x),
    prelu: (x) => ops.prelu(x, leaf(x.shape[1]!)),
    residual: (x) => ops.add(ops.conv2d(ops.relu(x), leaf(x.shape[1]!, x.shape[1]!, 3, 3), null, { padding: 1 }), x),
    branches: (x) => ops.cat([ops.tanh(x), ops.conv2d(x, leaf(2, x.shape[1]!, 1, 1), leaf(2))], 1),
    maxPool: (x) => (Math.min(x.shape[2]!, x.shape[3]!) < 2 ? x : ops.maxPool2d(x, 2, { stride: pick([1, 2]) })),
    avgPool: (x) => (Math.min(x.shape[2]!, x.shape[3]!) < 3 ? x : ops.avgPool2d(x, 3, { stride: 2, padding: 1 })),
    shuffle: (x) => (x.shape[1]! % 4 === 0 ? ops.pixelShuffle(x, 2) : x),
    upsample: (x) => ops.interpolate(x, { scaleFactor: 2, mode: pick(["nearest", "bilinear", "bicubic"] as const) }),
    norm: (x) =>
      x.shape[0]! * x.shape[2]! * x.shape[3]! < 4
        ? x
        : ops.batchNorm2dTraining(x, { weight: leaf(x.shape[1]!), bias: leaf(x.shape[1]!) }).output,
    scale: (x) => ops.mul(x, leaf(1, x.shape[1]!, 1, 1)),
    swap: (x) => ops.permute(x, [0, 1, 3, 2]),
    crop: (x) => (x.shape[2]! > 3 ? ops.slice(x, 2, 1, -1) : x),
    pad: (x) => ops.pad(x, [1, 2, 0, 1], pick(["constant", "replicate"] as const)),
    softmax: (x) => ops.softmax(x, 1),
    gate: (x) => ops.mul(x, ops.sigmoid(ops.mean(x, [2, 3], true))),
  };
  const names = Object.keys(steps);
  let x = leaf(pick([1, 2, 3]), pick([1, 2, 3, 4, 6]), 4 + generator.integer(7), 4 + generator.integer(7));
  const kept: Node[] = [];
  for (let step = 0; step < depth; step++) {
    if (numel(x.shape) > 20000) break;
    const name = pick(names);
    x = steps[name]!(x);
    parts.push(`${name} [${x.shape.join(",")}]`);
    if (generator.integer(4) === 0) kept.push(x);
  }
  if (pick([true, false])) {
    const flat = ops.flatten(x, 1);
    x = ops.linear(flat, leaf(5, flat.shape[1]!), leaf(5));
    parts.push("linear");
  }
  const difference = ops.sub(x, leaf(...x.shape));
  return { loss: ops.mean(ops.mul(difference, difference)), outputs: [x, ...kept], leaves, text: parts.join(" → ") };
}
