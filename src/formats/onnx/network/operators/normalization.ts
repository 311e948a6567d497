import { functional as F } from "../../../../nn/index.ts";
import * as ops from "../../../../ops/index.ts";
import { Buffer, engine, noGrad, Tensor } from "../../../../tensor/index.ts";
import type { Call } from "../call.ts";
import type { Operators } from "../operator.ts";

/** Makes kept · old + (1 - kept) · now pending: ONNX's momentum is the part that stays. */
function move(running: Buffer, now: Tensor["node"], kept: number): void {
  engine().assign(running.cell, ops.blend(running.node, now, kept));
}

/** By the running statistics; while the network trains by the batch's own, which then move the running ones. */
function batchNorm(call: Call): Tensor[] {
  const x = call.tensor(0);
  const [weight, bias, mean, variance] = [1, 2, 3, 4].map((at) => call.tensor(at)) as [Tensor, Tensor, Tensor, Tensor];
  const eps = call.float("epsilon", 1e-5);
  const momentum = call.float("momentum", 0.9);
  call.only("spatial", 1);
  const asked = call.int("training_mode", 0) !== 0;
  if (call.opset < 7) call.int("is_test", 0);
  const [batch, channels, ...spatial] = call.sizes(0, "[N, C, …]");
  const area = spatial.reduce((product, size) => product * size, 1);
  const picture = x.dim === 4 ? x : x.reshape(batch!, channels!, area, 1);
  const options = { eps, weight: weight.node, bias: bias.node };
  const back = (output: Tensor) => (x.dim === 4 ? output : output.reshape(x.shape));
  const moved = mean instanceof Buffer && variance instanceof Buffer ? { mean, variance } : null;
  if (!asked && !(call.training && moved)) {
    return [back(new Tensor(ops.batchNorm2d(picture.node, mean.node, variance.node, options)))];
  }
  const found = ops.batchNorm2dTraining(picture.node, options);
  if (call.training && moved) {
    noGrad(() => {
      move(moved.mean, found.mean, momentum);
      move(moved.variance, found.variance, momentum);
    });
  }
  const output = back(new Tensor(found.output));
  if (!asked) return [output];
  const running = (old: Tensor, now: Tensor["node"]) => old.mul(momentum).add(new Tensor(now).mul(1 - momentum));
  // ONNX divides by the number of elements, PyTorch (and its op here) by one less.
  const count = batch! * area;
  const whole = new Tensor(found.variance).mul((count - 1) / count);
  return [output, running(mean, found.mean), running(variance, whole.node)];
}

function layerNorm(call: Call): Tensor[] {
  const x = call.tensor(0);
  const axis = call.int("axis", -1);
  const eps = call.float("epsilon", 1e-5);
  call.only("stash_type", 1);
  const first = call.axis(axis, x.dim);
  const sizes = x.shape.slice(first);
  const [weight, bias] = [call.tensor(1), call.optional(2)];
  const whole = [weight, bias].every((each) => each === null || `${each.shape}` === `${sizes}`);
  const scaled = () => F.layerNorm(x, sizes, null, null, eps).mul(weight);
  const output = whole && bias ? F.layerNorm(x, sizes, weight, bias, eps) : bias ? scaled().add(bias) : scaled();
  if (call.node.output.length === 1) return [output];
  const axes = sizes.map((_, at) => first + at);
  const mean = x.mean(axes, true);
  return [output, mean, x.sub(mean).pow(2).mean(axes, true).add(eps).pow(-0.5)];
}

/** [N, C, …], each of N by its own mean and variance over all else. */
function centredRows(x: Tensor, eps: number): Tensor {
  const axes = x.shape.slice(2).map((_, axis) => axis + 2);
  const centred = x.sub(x.mean(axes, true));
  return centred.div(centred.pow(2).mean(axes, true).add(eps).sqrt());
}

const perChannel = (each: Tensor, { dim }: Tensor) => each.reshape([-1, ...new Array<number>(dim - 2).fill(1)]);

/** [N, C, …], by the mean and the variance of each sample's channel. */
function instanceNorm(call: Call): Tensor {
  const x = call.tensor(0);
  call.sizes(0, "[N, C, …]");
  const rows = centredRows(x, call.float("epsilon", 1e-5));
  return rows.mul(perChannel(call.tensor(1), x)).add(perChannel(call.tensor(2), x));
}

/** By the mean and the variance of each sample's group of channels. Before opset 21 scale and bias are one a group. */
function groupNorm(call: Call): Tensor {
  const x = call.tensor(0);
  const groups = call.int("num_groups", 0);
  call.only("stash_type", 1);
  const [batch, channels] = call.sizes(0, "[N, C, …]") as [number, number];
  if (groups < 1 || channels % groups !== 0) call.fail(`needs groups that part ${channels} channels, got ${groups}`);
  const rows = centredRows(x.reshape(batch, groups, -1), call.float("epsilon", 1e-5));
  const [scale, bias] = [call.tensor(1), call.tensor(2)];
  if (scale.shape[0] === channels) {
    return rows.reshape(x.shape).mul(perChannel(scale, x)).add(perChannel(bias, x));
  }
  return rows.mul(scale.reshape(-1, 1)).add(bias.reshape(-1, 1)).reshape(x.shape);
}

/** By mean and variance over `axes`. */
function meanVarianceNorm(call: Call): Tensor {
  const x = call.tensor(0);
  const axes = call.ints("axes") ?? [0, 2, 3];
  const centred = x.sub(x.mean(axes, true));
  return centred.div(centred.pow(2).mean(axes, true).sqrt().add(1e-9));
}

/** No picture has as many channels. */
const mostNeighbours = 2 ** 16;

/** x / (bias + alpha / size · Σ x² over `size` neighbouring channels)^beta. */
function localResponse(call: Call): Tensor {
  const x = call.tensor(0);
  const size = call.int("size", 0);
  if (!(size >= 1 && size <= mostNeighbours)) call.fail(`needs a size from 1 to ${mostNeighbours}, got ${size}`);
  const [alpha, beta, bias] = [call.float("alpha", 1e-4), call.float("beta", 0.75), call.float("bias", 1)];
  const [batch, channels] = call.sizes(0, "[N, C, …]") as [number, number];
  const rows = x.pow(2).reshape(batch, 1, channels, -1);
  const before = Math.floor((size - 1) / 2);
  const mean = F.avgPool2d(F.pad(rows, [0, 0, before, size - 1 - before]), [size, 1], { stride: 1 });
  return x.div(mean.reshape(x.shape).mul(alpha).add(bias).pow(beta));
}

const channels = ([, weight]: readonly (readonly number[] | null)[]) => (weight ? `${weight[0]}` : "");

export const normalizations: Operators = {
  BatchNormalization: { buffers: [3, 4], record: batchNorm, describe: channels },
  LayerNormalization: { record: layerNorm, describe: ([, weight]) => weight?.join("×") ?? "" },
  InstanceNormalization: { record: instanceNorm, describe: channels },
  GroupNormalization: { record: groupNorm, describe: channels },
  MeanVarianceNormalization: { record: meanVarianceNorm },
  LRN: { record: localResponse },
};
