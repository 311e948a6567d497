import type { Node } from "../../core/node.ts";
import type { ElementwiseOp } from "../../core/op.ts";
import type { Case, Draw, Library } from "./draw.ts";

const anyShape = (draw: Draw) => draw.shape(draw.whole(0, 4));
const positive = { range: [0.1, 2] } as const;

/** One elementwise op over random shapes that broadcast. */
export const elementwiseCase =
  (name: string): Case =>
  (draw) => {
    const op = draw.lib.ops.ops.find((each) => each.name === name) as ElementwiseOp;
    const shape = anyShape(draw);
    const inputs = Array.from({ length: op.arity }, () =>
      draw.leaf(
        shape.map((size) => draw.one([1, size, size])),
        positive,
      ),
    );
    return { node: draw.lib.record(op, inputs) };
  };

/** An op of one input, with random options. */
const unary =
  (make: (ops: Library["ops"], x: Node, draw: Draw) => Node): Case =>
  (draw) => ({ node: make(draw.lib.ops, draw.leaf(anyShape(draw)), draw) });

/** Elementwise ops whose attributes change what they compute. */
const withAttributes: Readonly<Record<string, Case>> = {
  gelu: unary((ops, x, draw) => ops.gelu(x, { approximate: draw.one(["none", "tanh"]) })),
  elu: unary((ops, x, draw) => ops.elu(x, { alpha: draw.one([1, 0.5]) })),
  leakyRelu: unary((ops, x) => ops.leakyRelu(x)),
  softplus: unary((ops, x, draw) => ops.softplus(x, { beta: draw.one([1, 2]), threshold: draw.one([20, 0]) })),
  constant: (draw) => ({ node: draw.lib.ops.constant(draw.whole(0, 2)) }),
  cast: unary((ops, x) => ops.cast(x, "int32")),
  clamp: unary((ops, x, draw) => ops.clamp(x, draw.one([{ min: 0 }, { max: 0.5 }, { min: -0.5, max: 0.5 }]))),
  powNumber: unary((ops, x, draw) => ops.pow(x, draw.one([-2, -1, -0.5, 0, 0.5, 2, 3, 4, 1.5]))),
};

/** A random choice of dimensions of a random tensor. */
const reduction =
  (make: (ops: Library["ops"], x: Node, dim: number[], keepdim: boolean) => Node, least = 1): Case =>
  (draw) => {
    const shape = draw.shape(draw.whole(1, 4)).map((size) => Math.max(least, size));
    if (least === 0 && draw.whole(0, 3) === 0) shape[0] = 0;
    const dims = shape.flatMap((_, axis) => (draw.one([true, false]) ? [axis] : []));
    return { node: make(draw.lib.ops, draw.leaf(shape), dims, draw.one([true, false])) };
  };

const reductions: Readonly<Record<string, Case>> = {
  sum: reduction((ops, x, dim, keepdim) => ops.sum(x, dim, keepdim), 0),
  mean: reduction((ops, x, dim, keepdim) => ops.mean(x, dim, keepdim)),
  var: reduction((ops, x, dim, keepdim) => ops.variance(x, dim, { keepdim, unbiased: false })),
  std: reduction((ops, x, dim, keepdim) => ops.std(x, dim, { keepdim, unbiased: false })),
  amax: reduction((ops, x, dim, keepdim) => ops.amax(x, dim, keepdim)),
  argmax: reduction((ops, x, dim, keepdim) => ops.argmax(x, dim[0], keepdim)),
  softmax: reduction((ops, x, dim) => ops.softmax(x, dim[0] ?? 0)),
  logSoftmax: reduction((ops, x, dim) => ops.logSoftmax(x, dim[0] ?? 0)),
};

const batchNorm2d: Case = (draw) => {
  const { ops } = draw.lib;
  const [channels, height, width] = [draw.whole(1, 3), ...draw.pair(1, 3)] as const;
  const x = draw.leaf([2, channels, height, width]);
  const one = (options = {}) => draw.leaf([channels], options);
  const affine = draw.one([true, false]) ? { weight: one(), bias: one() } : {};
  const node = draw.one([true, false])
    ? ops.batchNorm2dTraining(x, affine).output
    : ops.batchNorm2d(x, one(), one(positive), affine);
  return { node };
};

const layerNorm: Case = (draw) => {
  const shape = draw.shape(draw.whole(1, 3));
  const own = shape.slice(draw.whole(0, shape.length - 1));
  const affine = draw.one([true, false]) ? { weight: draw.leaf(own), bias: draw.leaf(own) } : {};
  return { node: draw.lib.ops.layerNorm(draw.leaf(shape), own, affine) };
};

/** A loss of two tensors of one shape. */
const pairwise =
  (
    make: (
      ops: Library["ops"],
      x: Node,
      target: Node,
      options: { reduction: "mean" | "sum" | "none" },
      draw: Draw,
    ) => Node,
  ): Case =>
  (draw) => {
    const shape = anyShape(draw);
    const options = { reduction: draw.one(["mean", "sum", "none"] as const) };
    return { node: make(draw.lib.ops, draw.leaf(shape), draw.leaf(shape, { range: [0, 1] }), options, draw) };
  };

const crossEntropy: Case = (draw) => {
  const [batch, classes] = draw.pair(1, 4) as [number, number];
  const options = {
    reduction: draw.one(["mean", "sum", "none"] as const),
    labelSmoothing: draw.one([0, 0.1]),
    ignoreIndex: draw.one([-100, 0]),
  };
  const x = draw.leaf([batch, classes, 2]);
  const target = draw.one([true, false])
    ? draw.leaf([batch, classes, 2], { range: [0, 1] })
    : draw.leaf([batch, 2], { below: classes });
  return { node: draw.lib.ops.crossEntropy(x, target, options) };
};

const losses: Readonly<Record<string, Case>> = {
  mseLoss: pairwise((ops, x, target, options) => ops.mseLoss(x, target, options)),
  l1Loss: pairwise((ops, x, target, options) => ops.l1Loss(x, target, options)),
  smoothL1Loss: pairwise((ops, x, target, options, draw) =>
    ops.smoothL1Loss(x, target, { ...options, beta: draw.one([0, 1, 0.5]) }),
  ),
  bceWithLogits: pairwise((ops, x, target, options) => ops.bceWithLogits(x, target, options)),
  crossEntropy,
  nllLoss: (draw) => {
    const [batch, classes] = draw.pair(1, 4) as [number, number];
    const target = draw.leaf([batch], { below: classes });
    const reduction = draw.one(["mean", "sum", "none"] as const);
    return { node: draw.lib.ops.nllLoss(draw.leaf([batch, classes]), target, { reduction }) };
  },
};

const prelu: Case = (draw) => {
  const shape = draw.shape(draw.whole(2, 4));
  return { node: draw.lib.ops.prelu(draw.leaf(shape), draw.leaf([draw.one([1, shape[1]!])])) };
};

const moves: Readonly<Record<string, Case>> = {
  gather: (draw) => {
    const size = draw.shape(2, 4);
    const index = draw.leaf([draw.whole(1, 5), size[1]!], { below: size[0]! });
    return { node: draw.lib.ops.gather(draw.leaf(size), 0, index) };
  },
  scatterSum: (draw) => {
    const size = draw.shape(2, 4);
    const shape = [draw.whole(1, 6), draw.whole(1, size[1]!)];
    const index = draw.leaf(shape, { below: size[0]! });
    return { node: draw.lib.ops.scatterSum(size, 0, index, draw.leaf(shape)) };
  },
  stack: (draw) => {
    const shape = anyShape(draw);
    return { node: draw.lib.ops.stack([draw.leaf(shape), draw.leaf(shape)]) };
  },
  channelShuffle: (draw) => {
    const groups = draw.whole(1, 3);
    const x = draw.leaf([draw.whole(1, 2), groups * draw.whole(1, 2), 2, 2]);
    return { node: draw.lib.ops.channelShuffle(x, groups) };
  },
  pixelShuffle: (draw) => {
    const r = draw.whole(1, 3);
    return { node: draw.lib.ops.pixelShuffle(draw.leaf([draw.whole(1, 2) * r * r, ...draw.pair(1, 3)]), r) };
  },
  pixelUnshuffle: (draw) => {
    const r = draw.whole(1, 3);
    const [height, width] = draw.pair(1, 2) as [number, number];
    return { node: draw.lib.ops.pixelUnshuffle(draw.leaf([2, r * height, r * width]), r) };
  },
};

const dropout: Case = (draw) => {
  const shape = anyShape(draw);
  return { node: draw.lib.ops.dropout(draw.leaf(shape), draw.leaf(shape), draw.one([0, 0.5, 1])) };
};

const uniform: Case = (draw) => ({
  node: draw.lib.ops.uniform(anyShape(draw), { seed: draw.whole(0, 99), counter: draw.whole(0, 99) }),
});

export const plainCases: Readonly<Record<string, Case>> = {
  ...withAttributes,
  ...reductions,
  batchNorm2d,
  layerNorm,
  ...losses,
  prelu,
  ...moves,
  dropout,
  uniform,
};
