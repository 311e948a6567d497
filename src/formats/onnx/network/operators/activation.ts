import { functional as F } from "../../../../nn/index.ts";
import * as ops from "../../../../ops/index.ts";
import { arange, full, rand, Tensor } from "../../../../tensor/index.ts";
import type { Call } from "../call.ts";
import type { Operator, Operators } from "../operator.ts";
import { computed, type Value } from "../value.ts";

const unary = (record: (x: Tensor) => Tensor): Operator => ({ record: (call) => record(call.tensor(0)) });

/** Bounds are attributes before opset 11, and inputs since, either of which may be left out. */
function clip(call: Call): Tensor {
  const x = call.tensor(0);
  const [min, max] = (["min", "max"] as const).map((name, at) => {
    const computed = call.optional(at + 1);
    const number = call.inputs[at + 1]?.numbers?.[0];
    if (computed) return number ?? computed;
    const limit = at === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    return call.opset < 11 ? call.float(name, limit) : limit;
  }) as [number | Tensor, number | Tensor];
  if (typeof min !== "number" || typeof max !== "number") return x.maximum(min).minimum(max);
  if (min === 0 && max === 6) return F.relu6(x);
  if (min === 0 && max === Number.POSITIVE_INFINITY) return F.relu(x);
  const bounds = { ...(min > Number.NEGATIVE_INFINITY && { min }), ...(max < Number.POSITIVE_INFINITY && { max }) };
  return Object.keys(bounds).length === 0 ? x : x.clamp(bounds);
}

/** The slope spreads over x from the last axis on: [C, 1, 1] is one a channel. */
function prelu(call: Call): Tensor {
  const [x, slope] = [call.tensor(0), call.tensor(1)];
  // Before opset 7 a list is one slope a channel.
  if (slope.numel === 1 || (call.opset < 7 && slope.dim === 1)) return F.prelu(x, slope.reshape(-1));
  const atChannels = slope.dim === x.dim ? slope.shape.slice(1) : slope.shape;
  const [channels, ...rest] = atChannels;
  const perChannel = channels === x.shape[1] && slope.numel === channels && rest.length === x.dim - 2;
  return perChannel ? F.prelu(x, slope.reshape(channels)) : x.gt(0).where(x, x.mul(slope));
}

/** Before opset 13 all axes from `axis` on are taken together. */
function softmax(call: Call, apply: (x: Tensor, dim: number) => Tensor): Tensor {
  const x = call.tensor(0);
  if (call.opset >= 13) return apply(x, call.int("axis", -1));
  const given = call.int("axis", 1);
  const axis = given < 0 ? given + x.dim : given;
  if (x.shape.slice(axis + 1).every((size) => size === 1) && axis < x.dim) return apply(x, axis);
  const rows = x.shape.slice(0, axis).reduce((product, size) => product * size, 1);
  return apply(x.reshape(rows, -1), 1).reshape(x.shape);
}

/** 1 at the first largest along `dim`, else 0. */
function hardmax(x: Tensor, dim: number): Tensor {
  const at = dim < 0 ? dim + x.dim : dim;
  const along = x.shape.map((size, axis) => (axis === at ? size : 1));
  return x.argmax(at, true).to("float32").eq(arange(0, x.shape[at]!).reshape(along));
}

function hardSigmoid(call: Call): Tensor {
  const x = call.tensor(0);
  const [alpha, beta] = [call.float("alpha", 0.2), call.float("beta", 0.5)];
  if (alpha === Math.fround(1 / 6) && beta === 0.5) return F.hardsigmoid(x);
  return x.mul(alpha).add(beta).clamp({ min: 0, max: 1 });
}

/**
 * The ratio is an attribute before opset 12, and an input since. Drops where the network trains, or the file says that it
 * does. The second output tells what stays.
 */
function dropout(call: Call): (Tensor | Value)[] {
  call.int("seed", 0);
  const x = call.tensor(0);
  const old = call.float("ratio", 0.5);
  const [ratio = old] = call.optionalNumbers(1) ?? [];
  const asked = Boolean(call.optionalNumbers(2)?.[0]);
  if (call.opset < 7) call.int("is_test", 0);
  if (!(call.training || asked) || ratio === 0) return [x, computed(full(x.shape, 1), "bool")];
  const drawn = rand(x.shape);
  return [new Tensor(ops.dropout(x.node, drawn.node, ratio)), computed(drawn.ge(ratio), "bool")];
}

export const activations: Operators = {
  Relu: unary(F.relu),
  Sigmoid: unary(F.sigmoid),
  Tanh: unary(F.tanh),
  HardSwish: unary(F.hardswish),
  Erf: unary((x) => new Tensor(ops.erf(x.node))),
  Softplus: unary((x) => F.softplus(x)),
  Mish: unary((x) => x.mul(F.softplus(x).tanh())),
  Softsign: unary((x) => x.div(x.abs().add(1))),
  HardSigmoid: { record: hardSigmoid },
  LeakyRelu: { record: (call) => F.leakyRelu(call.tensor(0), call.float("alpha", 0.01)) },
  Elu: { record: (call) => F.elu(call.tensor(0), call.float("alpha", 1)) },
  Gelu: {
    record(call) {
      const approximate = call.text("approximate", "none");
      if (approximate !== "none" && approximate !== "tanh") call.fail(`approximate ${approximate} is not known`);
      return F.gelu(call.tensor(0), { approximate: approximate as "none" | "tanh" });
    },
  },
  Celu: {
    record(call) {
      const alpha = call.float("alpha", 1);
      return F.elu(call.tensor(0).div(alpha)).mul(alpha);
    },
  },
  Selu: {
    record(call) {
      const alpha = call.float("alpha", 1.6732632423543772);
      return F.elu(call.tensor(0), alpha).mul(call.float("gamma", 1.0507009873554805));
    },
  },
  ThresholdedRelu: {
    record: (call) => call.tensor(0).gt(call.float("alpha", 1)).where(call.tensor(0), 0),
  },
  Shrink: {
    record(call) {
      const x = call.tensor(0);
      const [bound, bias] = [call.float("lambd", 0.5), call.float("bias", 0)];
      return x.lt(-bound).where(x.add(bias), x.gt(bound).where(x.sub(bias), 0));
    },
  },
  Hardmax: { record: (call) => softmax(call, hardmax) },
  PRelu: { record: prelu },
  Clip: { plain: [1, 2], record: clip },
  Softmax: { record: (call) => softmax(call, F.softmax) },
  LogSoftmax: { record: (call) => softmax(call, F.logSoftmax) },
  Dropout: { plain: [1, 2], record: dropout },
};
