import type { Node } from "../core/node.ts";
import * as ops from "../ops/index.ts";
import type { GoldenAttributes, GoldenInputs, GoldenOp } from "./golden-attributes.ts";
import { spatialGoldenOps } from "./golden-spatial-ops.ts";

const activations: Record<string, (x: Node, attributes: GoldenAttributes) => Node> = {
  relu: ops.relu,
  relu6: ops.relu6,
  leaky_relu: (x, a) => ops.leakyRelu(x, { negativeSlope: a.get("negative_slope", 0.01) }),
  elu: (x, a) => ops.elu(x, { alpha: a.get("alpha", 1) }),
  gelu: (x, a) => ops.gelu(x, { approximate: a.get<"none" | "tanh">("approximate", "none") }),
  silu: ops.silu,
  hardswish: ops.hardswish,
  hardsigmoid: ops.hardsigmoid,
  softplus: (x, a) => ops.softplus(x, { beta: a.get("beta", 1), threshold: a.get("threshold", 20) }),
  tanh: ops.tanh,
  sigmoid: ops.sigmoid,
  exp: ops.exp,
  log: ops.log,
  sqrt: ops.sqrt,
  abs: ops.abs,
  neg: ops.neg,
};

const binaries: Record<string, (a: Node, b: Node) => Node> = {
  add: ops.add,
  sub: ops.sub,
  mul: ops.mul,
  div: ops.div,
  pow: ops.pow,
  maximum: ops.maximum,
  minimum: ops.minimum,
};

const reductions: Record<string, (x: Node, dim: readonly number[], keepdim: boolean, a: GoldenAttributes) => Node> = {
  sum: ops.sum,
  mean: ops.mean,
  amax: ops.amax,
  var: (x, dim, keepdim, a) => ops.variance(x, dim, { keepdim, unbiased: a.get("unbiased", true) }),
  std: (x, dim, keepdim, a) => ops.std(x, dim, { keepdim, unbiased: a.get("unbiased", true) }),
};

const losses: Record<string, (x: Node, target: Node, reduction: ops.Reduction, a: GoldenAttributes) => Node> = {
  mse_loss: (x, target, reduction) => ops.mseLoss(x, target, { reduction }),
  l1_loss: (x, target, reduction) => ops.l1Loss(x, target, { reduction }),
  smooth_l1_loss: (x, target, reduction, a) => ops.smoothL1Loss(x, target, { reduction, beta: a.get("beta", 1) }),
  binary_cross_entropy_with_logits: (x, target, reduction) => ops.bceWithLogits(x, target, { reduction }),
  nll_loss: (x, target, reduction, a) =>
    ops.nllLoss(x, target, { reduction, ignoreIndex: a.get("ignore_index", -100) }),
  cross_entropy: (x, target, reduction, a) =>
    ops.crossEntropy(x, target, {
      reduction,
      ignoreIndex: a.get("ignore_index", -100),
      labelSmoothing: a.get("label_smoothing", 0),
    }),
};

function choose<T>(table: Record<string, T>, name: string): T {
  const found = Object.hasOwn(table, name) ? table[name] : undefined;
  if (!found) throw new Error(`${name} is not understood`);
  return found;
}

/** How each op of the golden files is recorded. */
export const goldenOps: Readonly<Record<string, GoldenOp>> = {
  ...spatialGoldenOps,
  activation: ({ input }, a) => ({ output: choose(activations, a.get("function"))(input!, a) }),
  batch_norm2d: batchNorm2d,
  binary: ({ input, other }, a) => ({ output: choose(binaries, a.get("function"))(input!, other!) }),
  loss: ({ input, target }, a) => ({
    output: choose(losses, a.get("kind"))(input!, target!, a.get<ops.Reduction>("reduction", "mean"), a),
  }),
  linear: ({ input, weight, bias }) => ({ output: ops.linear(input!, weight!, bias ?? null) }),
  matmul: ({ input, other }) => ({ output: ops.matmul(input!, other!) }),
  prelu: ({ input, weight }) => ({ output: ops.prelu(input!, weight!) }),
  reduce: ({ input }, a) => ({
    output: choose(reductions, a.get("function"))(input!, a.get<number[]>("dim"), a.get("keepdim", false), a),
  }),
  softmax: ({ input }, a) => ({
    output: (a.get("log", false) ? ops.logSoftmax : ops.softmax)(input!, a.get<number>("dim")),
  }),
};

function batchNorm2d(inputs: GoldenInputs, a: GoldenAttributes): Record<string, Node> {
  const { input, weight = null, bias = null, running_mean, running_var } = inputs;
  const options = { weight, bias, eps: a.get("eps", 1e-5) };
  const momentum = a.get("momentum", 0.1);
  if (!a.get<boolean>("training")) {
    return {
      output: ops.batchNorm2d(input!, running_mean!, running_var!, options),
      new_running_mean: running_mean!,
      new_running_var: running_var!,
    };
  }
  const { output, mean, variance } = ops.batchNorm2dTraining(input!, options);
  const blend = (old: Node, now: Node) =>
    ops.add(ops.mul(old, ops.constant(1 - momentum)), ops.mul(now, ops.constant(momentum)));
  return { output, new_running_mean: blend(running_mean!, mean), new_running_var: blend(running_var!, variance) };
}
