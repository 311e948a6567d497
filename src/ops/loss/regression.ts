import { ArgumentError, ShapeError } from "../../core/errors.ts";
import { type Node, record } from "../../core/node.ts";
import type { Attributes, CompositionOp } from "../../core/op.ts";
import { sameShape } from "../../core/shape.ts";
import { softplus } from "../activation/index.ts";
import { abs, add, constant, float, lt, mul, neg, pow, sub, where } from "../elementwise/index.ts";
import { mean } from "../reduce/index.ts";
import { sum } from "../sum-expand/index.ts";

/** "mean" over all elements, "sum" of them, or "none": a loss for each. */
export type Reduction = "mean" | "sum" | "none";

export interface LossOptions {
  reduction?: Reduction;
}

export function checkReduction(subject: string, reduction: string): void {
  if (reduction === "mean" || reduction === "sum" || reduction === "none") return;
  throw new ArgumentError(`${subject}: needs reduction "mean", "sum" or "none", got "${reduction}"`);
}

/** A loss of two tensors of one shape. Attribute: `reduction`. */
function pairwise(name: string, each: (x: Node, target: Node, attributes: Attributes) => Node): CompositionOp {
  return {
    kind: "composition",
    name,
    check: ([x, target], attributes) => {
      checkReduction(name, attributes.reduction as string);
      // Broadcasting here is nearly always a mistake: [N] against [N, 1] would compare all pairs.
      if (!sameShape(x!.shape, target!.shape)) {
        throw new ShapeError(name, "needs input and target of the same shape", {
          input: x!.shape,
          target: target!.shape,
        });
      }
    },
    body: ([x, target], attributes) => {
      const losses = each(x!, target!, attributes);
      if (attributes.reduction === "none") return losses;
      return attributes.reduction === "sum" ? sum(losses) : mean(losses);
    },
  };
}

export const mseLossOp: CompositionOp = pairwise("mseLoss", (x, target) => pow(sub(x, target), 2));

/**
 * The mean squared error of tensors of one shape, as a scalar unless reduction is "none".
 * @throws ShapeError when the shapes differ.
 * @example
 * mseLoss(dataNode(new Float32Array(6), [2, 3]), dataNode(new Float32Array(6), [2, 3])).shape; // []
 */
export function mseLoss(x: Node, target: Node, options: LossOptions = {}): Node {
  return record(mseLossOp, [float(x), float(target)], { reduction: options.reduction ?? "mean" });
}

export const l1LossOp: CompositionOp = pairwise("l1Loss", (x, target) => abs(sub(x, target)));

/** The mean absolute error of tensors of one shape. @throws ShapeError when the shapes differ. */
export function l1Loss(x: Node, target: Node, options: LossOptions = {}): Node {
  return record(l1LossOp, [float(x), float(target)], { reduction: options.reduction ?? "mean" });
}

/** Attributes: `reduction`, `beta`. */
export const smoothL1LossOp: CompositionOp = pairwise("smoothL1Loss", (x, target, { beta }) => {
  const width = beta as number;
  const difference = sub(x, target);
  const size = abs(difference);
  if (width === 0) return size;
  const near = mul(pow(difference, 2), constant(0.5 / width));
  return where(lt(size, constant(width)), near, sub(size, constant(width / 2)));
});

/**
 * d² / (2 beta) where |d| is below beta (1 unless given), else |d| - beta / 2, for d = x - target.
 * @throws ShapeError when the shapes differ; ArgumentError for a negative beta.
 */
export function smoothL1Loss(x: Node, target: Node, options: LossOptions & { beta?: number } = {}): Node {
  const { reduction = "mean", beta = 1 } = options;
  if (!(beta >= 0)) throw new ArgumentError(`smoothL1Loss: needs a beta of at least 0, got ${beta}`);
  return record(smoothL1LossOp, [float(x), float(target)], { reduction, beta });
}

/** -t log σ(x) - (1 - t) log(1 - σ(x)) = (1 - t) x + log(1 + e^-x), whose gradient is σ(x) - t everywhere. */
export const bceWithLogitsOp: CompositionOp = pairwise("bceWithLogits", (x, target) =>
  add(mul(sub(constant(1), target), x), softplus(neg(x))),
);

/**
 * Binary cross-entropy of logits x against targets from 0 to 1, of one shape, without overflow.
 * @throws ShapeError when the shapes differ.
 */
export function bceWithLogits(x: Node, target: Node, options: LossOptions = {}): Node {
  return record(bceWithLogitsOp, [float(x), float(target)], { reduction: options.reduction ?? "mean" });
}
