import { ShapeError } from "../../core/errors.ts";
import * as e from "../../core/expression.ts";
import { type Node, record } from "../../core/node.ts";
import type { CompositionOp, ElementwiseOp } from "../../core/op.ts";
import type { Shape } from "../../core/shape.ts";
import { add, constant, div, mul, pow, sqrt, sub } from "../elementwise/index.ts";
import { mean as meanOf } from "../reduce/index.ts";
import { expandAxes, sumTo } from "../sum-expand/index.ts";

/** Per channel, over batch and space: the mean, and the variance with n - 1 that running statistics take. Both [C]. */
export interface BatchStatistics {
  readonly mean: Node;
  readonly variance: Node;
}

/** The statistics that a body computed, by its last node. */
const statistics = new WeakMap<Node, BatchStatistics>();

/** [C] as [C, 1, 1], which broadcasts over [N, C, H, W]. */
const perChannel = (x: Node) => expandAxes(x, [x.shape[0]!, 1, 1], [0, -1, -1]);
const flat = (x: Node) => expandAxes(x, [x.shape[1]!], [1]);

/** Attribute: `eps`. Inputs: weight and variance. weight / √(variance + eps). */
export const normScaleOp: ElementwiseOp = {
  kind: "elementwise",
  name: "normScale",
  arity: 2,
  expression: ([weight, variance], { eps }) => e.div(weight!, e.sqrt(e.add(variance!, e.constant(eps as number)))),
  gradient: (node, grad, needs) => {
    const [weight, variance] = node.inputs;
    const shifted = add(variance!, constant(node.attributes.eps as number));
    const over = div(grad, sqrt(shifted));
    return [
      needs[0] ? sumTo(over, weight!.shape) : null,
      needs[1] ? sumTo(div(mul(mul(over, weight!), constant(-0.5)), shifted), variance!.shape) : null,
    ];
  },
};

/** Attributes: `eps`, `training`, `affine`. Inputs: x, then mean and variance unless training, then weight and bias if affine. */
export const batchNorm2dOp: CompositionOp = {
  kind: "composition",
  name: "batchNorm2d",
  check: ([x, ...perChannel], { training }) => {
    const { shape } = x!;
    if (shape.length !== 4) throw new ShapeError("batchNorm2d", "needs [N, C, H, W]", { input: shape });
    if (training && elementsPerChannel(shape) < 2) {
      const advice = "Use a larger batch or a larger picture.";
      throw new ShapeError(
        "batchNorm2d",
        "needs more than one value per channel when training",
        { input: shape },
        advice,
      );
    }
    for (const each of perChannel) {
      if (each.shape.length === 1 && each.shape[0] === shape[1]) continue;
      throw new ShapeError("batchNorm2d", `needs statistics, weight and bias of shape [${shape[1]}]`, {
        input: shape,
        one: each.shape,
      });
    }
  },
  body: (inputs, { eps, training, affine }) => {
    const x = inputs[0]!;
    const [weight, bias] = affine ? inputs.slice(-2) : [];
    // Scale and shift are worked out per channel: one multiplication and one addition are left for each element.
    if (!training) {
      const scale = record(normScaleOp, [weight ?? constant(1), inputs[2]!], { eps: eps as number });
      const shift = mul(inputs[1]!, scale);
      const scaled = mul(x, perChannel(scale));
      return bias ? add(scaled, perChannel(sub(bias, shift))) : sub(scaled, perChannel(shift));
    }
    const mean = meanOf(x, [0, 2, 3], true);
    const centred = sub(x, mean);
    const variance = meanOf(pow(centred, 2), [0, 2, 3], true);
    const deviation = sqrt(add(variance, constant(eps as number)));
    const scaled = mul(centred, div(weight ? perChannel(weight) : constant(1), deviation));
    const output = bias ? add(scaled, perChannel(bias)) : scaled;
    const count = elementsPerChannel(x.shape);
    statistics.set(output, { mean: flat(mean), variance: mul(flat(variance), constant(count / (count - 1))) });
    return output;
  },
};

const elementsPerChannel = (shape: Shape) => shape[0]! * shape[2]! * shape[3]!;

/** Weight and bias, [C] each, or null for both. */
export interface BatchNormOptions {
  weight?: Node | null;
  bias?: Node | null;
  eps?: number;
}

/**
 * Batch normalisation of [N, C, H, W] by known statistics (evaluation): (x - mean) / √(variance + eps) · weight + bias.
 * @throws ShapeError unless mean, variance, weight and bias are [C].
 * @example
 * import { full } from "../elementwise/index.ts";
 * const x = dataNode(new Float32Array(24), [1, 2, 3, 4]);
 * batchNorm2d(x, full([2], 0), full([2], 1)).shape; // [1, 2, 3, 4]
 */
export function batchNorm2d(x: Node, mean: Node, variance: Node, options: BatchNormOptions = {}): Node {
  const { eps = 1e-5 } = options;
  const affine = affineOf(options);
  return record(batchNorm2dOp, [x, mean, variance, ...affine], { eps, training: false, affine: affine.length > 0 });
}

/**
 * Batch normalisation of [N, C, H, W] by the batch's own mean and (biased) variance, and these statistics for the
 * running ones.
 * @throws ShapeError unless weight and bias are [C], or when there is one value per channel.
 * @example
 * const x = dataNode(new Float32Array(24), [1, 2, 3, 4]);
 * const { output, variance } = batchNorm2dTraining(x);
 * output.shape; // [1, 2, 3, 4]
 * variance.shape; // [2]
 */
export function batchNorm2dTraining(x: Node, options: BatchNormOptions = {}): { output: Node } & BatchStatistics {
  const { eps = 1e-5 } = options;
  const affine = affineOf(options);
  const output = record(batchNorm2dOp, [x, ...affine], { eps, training: true, affine: affine.length > 0 });
  return { output, ...statistics.get(output.lowered!)! };
}

function affineOf({ weight, bias }: BatchNormOptions): Node[] {
  if (!weight !== !bias) throw new ShapeError("batchNorm2d", "needs weight and bias together, or neither");
  return weight && bias ? [weight, bias] : [];
}
