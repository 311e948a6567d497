import { functional as F } from "../../../../nn/index.ts";
import * as ops from "../../../../ops/index.ts";
import { Tensor } from "../../../../tensor/index.ts";
import type { Call } from "../call.ts";
import type { Operator, Operators } from "../operator.ts";

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
  if (slope.numel === 1) return F.prelu(x, slope.reshape(1));
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

function hardSigmoid(call: Call): Tensor {
  const x = call.tensor(0);
  const [alpha, beta] = [call.float("alpha", 0.2), call.float("beta", 0.5)];
  if (alpha === Math.fround(1 / 6) && beta === 0.5) return F.hardsigmoid(x);
  return x.mul(alpha).add(beta).clamp({ min: 0, max: 1 });
}

/** The ratio is an attribute before opset 12, and an input since. In training as here: only where the network trains. */
function dropout(call: Call): Tensor {
  call.int("seed", 0);
  const old = call.float("ratio", 0.5);
  const [ratio = old] = call.optionalNumbers(1) ?? [];
  // Exporters write it so for functional dropout of nothing.
  if (ratio > 0 && call.optionalNumbers(2)?.[0])
    call.fail("training_mode 1 is not supported: export the network for evaluation");
  if (call.opset < 7) call.int("is_test", 0);
  return F.dropout(call.tensor(0), ratio, call.training);
}

export const activations: Operators = {
  Relu: unary(F.relu),
  Sigmoid: unary(F.sigmoid),
  Tanh: unary(F.tanh),
  HardSwish: unary(F.hardswish),
  Erf: unary((x) => new Tensor(ops.erf(x.node))),
  Softplus: unary((x) => F.softplus(x)),
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
  PRelu: { record: prelu },
  Clip: { plain: [1, 2], record: clip },
  Softmax: { record: (call) => softmax(call, F.softmax) },
  LogSoftmax: { record: (call) => softmax(call, F.logSoftmax) },
  Dropout: { plain: [1, 2], record: dropout },
};
