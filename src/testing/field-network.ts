import { ConvsmithError } from "../core/errors.ts";
import { Generator } from "../core/generator.ts";
import { dataNode, type Node } from "../core/node.ts";
import { numel, type Shape } from "../core/shape.ts";
import * as ops from "../ops/index.ts";

/** Leaves with numbers that differ from draw to draw. */
export class Leaves {
  readonly #generator: Generator;

  constructor(seed: number) {
    this.#generator = new Generator(seed);
  }

  /** From -1 to 1. */
  random(...shape: number[]): Node {
    const numbers = Float32Array.from({ length: numel(shape) }, () => 2 * this.#generator.uniform() - 1);
    return dataNode(numbers, shape);
  }
}

/** One way to go on from a tensor: its name with the choices made, and the ops. Weights come from the leaves. */
export interface FieldStep {
  readonly name: string;
  readonly build: (x: Node, leaves: Leaves) => Node;
}

const channels = 2;

/** A network of spatial ops only, drawn from a seed: a list of steps that are recorded again with other numbers. */
export function fieldNetwork(seed: number): { readonly input: Shape; readonly steps: readonly FieldStep[] } {
  const generator = new Generator(seed);
  const pick = <T>(items: readonly T[]): T => items[generator.integer(items.length)]!;
  const size = () => 5 + generator.integer(4);
  const input = [1, channels, size(), size()];
  const steps: FieldStep[] = [];
  let x: Node = new Leaves(0).random(...input);
  const wanted = 3 + generator.integer(3);
  for (let tries = 0; steps.length < wanted && tries < 30; tries++) {
    const step = pick(kinds)(pick);
    let next: Node;
    try {
      next = step.build(x, new Leaves(0));
    } catch (error) {
      if (!(error instanceof ConvsmithError)) throw error;
      // It does not fit a map of this size.
      continue;
    }
    const [height, width] = next.shape.slice(2) as [number, number];
    if (height < 1 || width < 1 || height * width > 150) continue;
    steps.push(step);
    x = next;
  }
  return { input, steps };
}

export const buildFieldNetwork = (steps: readonly FieldStep[], x: Node, leaves: Leaves): Node =>
  steps.reduce((y, { build }) => build(y, leaves), x);

type Pick = <T>(items: readonly T[]) => T;

const conv = (x: Node, leaves: Leaves, kernel: readonly [number, number], options: object, outputs = channels) =>
  ops.conv2d(x, leaves.random(outputs, x.shape[1]!, ...kernel), null, options);

const kinds: readonly ((pick: Pick) => FieldStep)[] = [
  (pick) => {
    const kernel = [pick([1, 2, 3, 4]), pick([1, 2, 3, 5])] as const;
    const pair = (...values: number[]) => [pick(values), pick(values)] as const;
    const options = { stride: pair(1, 1, 2, 3), padding: pair(0, 1, 2, 3), dilation: pair(1, 1, 2, 3) };
    return { name: `conv ${kernel} ${JSON.stringify(options)}`, build: (x, l) => conv(x, l, kernel, options) };
  },
  (pick) => {
    const dilation = pick([2, 3]);
    const options = { padding: pick([0, dilation]), dilation };
    return { name: `dilated ${dilation}`, build: (x, l) => ops.tanh(conv(x, l, [3, 3], options)) };
  },
  (pick) => {
    const stride = pick([1, 2]);
    return {
      name: `depthwise /${stride}`,
      build: (x, l) => ops.conv2d(x, l.random(channels, 1, 3, 3), null, { padding: 1, stride, groups: channels }),
    };
  },
  (pick) => {
    const kernel = pick([2, 3]);
    const options = { stride: pick([1, 2]), padding: pick([0, 1]), ceilMode: pick([true, false]) };
    return { name: `max pool ${kernel} ${JSON.stringify(options)}`, build: (x) => ops.maxPool2d(x, kernel, options) };
  },
  (pick) => {
    const kernel = pick([2, 3]);
    const options = { stride: pick([1, 2, 3]), padding: pick([0, 1]), countIncludePad: pick([true, false]) };
    return {
      name: `average pool ${kernel} ${JSON.stringify(options)}`,
      build: (x) => ops.avgPool2d(x, kernel, options),
    };
  },
  (pick) => {
    const size = [pick([2, 3, 4]), pick([2, 3, 5])] as const;
    return { name: `adaptive pool ${size}`, build: (x) => ops.adaptiveAvgPool2d(x, size) };
  },
  (pick) => {
    const kernel = pick([1, 2, 3, 4]);
    const stride = pick([1, 2, 3]);
    const options = {
      stride,
      padding: pick([0, 1]),
      dilation: pick([1, 1, 2, 3]),
      outputPadding: stride > 1 ? pick([0, 1]) : 0,
    };
    return {
      name: `transposed ${kernel} ${JSON.stringify(options)}`,
      build: (x, l) => ops.convTranspose2d(x, l.random(x.shape[1]!, channels, kernel, kernel), null, options),
    };
  },
  (pick) => {
    const mode = pick(["nearest", "bilinear", "bicubic"] as const);
    const scaleFactor = [pick([0.5, 1.5, 2, 3]), pick([0.7, 2, 2.5])] as const;
    return { name: `${mode} ${scaleFactor}`, build: (x) => ops.interpolate(x, { scaleFactor, mode }) };
  },
  (pick) => {
    const mode = pick(["bilinear", "bicubic"] as const);
    const size = pick([5, 7, 9, 11]);
    return {
      name: `${mode} to ${size}, corners`,
      build: (x) => ops.interpolate(x, { size, mode, alignCorners: true }),
    };
  },
  () => ({
    name: "pixel shuffle",
    // A convolution in front: channels that see the same.
    build: (x, l) => ops.pixelShuffle(conv(x, l, [1, 1], {}, 4 * channels), 2),
  }),
  () => ({ name: "pixel unshuffle", build: (x, l) => conv(ops.pixelUnshuffle(x, 2), l, [1, 1], {}) }),
  (pick) => {
    const mode = pick(["constant", "reflect", "replicate"] as const);
    const sides = [pick([0, 1, 2]), pick([0, 2, 3]), pick([0, 1]), pick([0, 1, 2])];
    return { name: `pad ${mode} ${sides}`, build: (x) => ops.pad(x, sides, mode) };
  },
  (pick) => {
    const [dim, start, step] = [pick([2, 3]), pick([0, 1, 2]), pick([1, 2, 3])];
    return { name: `slice ${dim}: ${start}::${step}`, build: (x) => ops.slice(x, dim, start, null, step) };
  },
  (pick) => {
    const dims = pick([[2], [3], [2, 3]]);
    return { name: `flip ${dims}`, build: (x) => ops.flip(x, dims) };
  },
  (pick) => {
    const [kernel, dilation] = [pick([3, 5]), pick([1, 2])];
    const options = { padding: "same", dilation } as const;
    return {
      name: `residual ${kernel} ${dilation}`,
      build: (x, l) => ops.add(x, conv(x, l, [kernel, kernel], options)),
    };
  },
  (pick) => {
    const kernel = [pick([1, 4]), pick([1, 3])] as const;
    return {
      name: `side branch ${kernel}`,
      build: (x, l) => ops.cat([ops.sigmoid(x), conv(x, l, kernel, { padding: "same" }, 1)], 1),
    };
  },
  (pick) => {
    const dim = pick([2, 3]);
    const kernels = pick([
      [
        [3, 3],
        [1, 1],
      ],
      [
        [1, 5],
        [3, 1],
        [5, 5],
      ],
    ] as const);
    return {
      name: `side by side ${dim}: ${kernels.join(" and ")}`,
      build: (x, l) =>
        ops.cat(
          kernels.map((kernel) => conv(x, l, kernel, { padding: "same" })),
          dim,
        ),
    };
  },
  () => ({
    name: "unaligned branches",
    build: (x, l) => ops.add(conv(x, l, [2, 2], { padding: 1 }), ops.pad(x, [0, 1, 1, 0])),
  }),
];
