import { ArgumentError, ShapeError } from "../../core/errors.ts";
import { dataNode, type Node, record } from "../../core/node.ts";
import type { Attributes, CompositionOp } from "../../core/op.ts";
import { type Shape, sameShape, type TensorType } from "../../core/shape.ts";
import { add, constant, div, eq, float, mul, ne, neg, where } from "../elementwise/index.ts";
import { logSoftmax } from "../softmax/index.ts";
import { expandAxes, sum } from "../sum-expand/index.ts";
import { checkReduction, type LossOptions } from "./regression.ts";

/** Classes lie along dimension 1 of [N, C, …], or along the only one of [C]. */
const classDim = (shape: Shape) => (shape.length === 1 ? 0 : 1);

/** The loss from log-probabilities. Attributes: `reduction`, `ignoreIndex`, `labelSmoothing`. */
function likelihood(logProbabilities: Node, target: Node, attributes: Attributes): Node {
  const { reduction } = attributes;
  const { shape } = logProbabilities;
  const dim = classDim(shape);
  const classes = shape[dim]!;
  const smoothing = attributes.labelSmoothing as number;
  if (target.dtype === "float32") {
    const weights = smoothing > 0 ? add(mul(target, constant(1 - smoothing)), constant(smoothing / classes)) : target;
    const terms = mul(weights, logProbabilities);
    if (reduction === "none") return neg(sum(terms, [dim]));
    const samples = shape.reduce((product, size, axis) => (axis === dim ? product : product * size), 1);
    return mul(sum(terms), constant(reduction === "mean" ? -1 / samples : -1));
  }
  // Not gather: a comparison with 0, 1, 2… is fused with what is around it, and cannot read out of bounds.
  const aligned = withClassAxis(target, shape.length, dim);
  const picked = eq(classNumbers(shape, dim), aligned);
  const valid = ne(aligned, constant(attributes.ignoreIndex as number));
  const share = smoothing / classes;
  const terms =
    smoothing > 0
      ? mul(where(picked, constant(1 - smoothing + share), constant(share)), logProbabilities)
      : where(picked, logProbabilities, constant(0));
  const kept = where(valid, terms, constant(0));
  if (reduction === "none") return neg(sum(kept, [dim]));
  return neg(reduction === "sum" ? sum(kept) : div(sum(kept), sum(valid)));
}

function withClassAxis(target: Node, rank: number, dim: number): Node {
  const size = [...target.shape.slice(0, dim), 1, ...target.shape.slice(dim)];
  const axes = Array.from({ length: rank }, (_, axis) => (axis === dim ? -1 : axis < dim ? axis : axis - 1));
  return expandAxes(target, size, axes);
}

function classNumbers(shape: Shape, dim: number): Node {
  const size = shape.slice(dim).map((length, axis) => (axis === 0 ? length : 1));
  return dataNode(
    Float32Array.from({ length: shape[dim]! }, (_, index) => index),
    size,
  );
}

function check(subject: string, x: TensorType, target: TensorType, attributes: Attributes): void {
  checkReduction(subject, attributes.reduction as string);
  const dim = classDim(x.shape);
  const expected = target.dtype === "int32" ? x.shape.filter((_, axis) => axis !== dim) : x.shape;
  if (x.shape.length === 0 || !sameShape(target.shape, expected)) {
    throw new ShapeError(
      subject,
      "needs input [N, C, …] and a target of int32 classes [N, …] or float32 probabilities [N, C, …]",
      { input: x.shape, target: `${target.dtype} [${target.shape.join(", ")}]` },
    );
  }
}

export const crossEntropyOp: CompositionOp = {
  kind: "composition",
  name: "crossEntropy",
  check: ([x, target], attributes) => check("crossEntropy", x!, target!, attributes),
  body: ([x, target], attributes) => likelihood(logSoftmax(x!, classDim(x!.shape)), target!, attributes),
};

/**
 * Cross-entropy of logits [N, C, …] (or [C]) against int32 classes [N, …], or float32 probabilities [N, C, …].
 * Samples of class `ignoreIndex` (-100) count for nothing, and `labelSmoothing` (0) spreads that share over all classes.
 * @throws ShapeError for shapes that don't fit; ArgumentError for a class outside 0..C-1, or a smoothing outside [0, 1].
 * @example
 * const logits = dataNode(new Float32Array(20), [2, 10]);
 * crossEntropy(logits, dataNode(new Int32Array([3, 7]), [2]), { labelSmoothing: 0.1 }).shape; // []
 */
export function crossEntropy(
  x: Node,
  target: Node,
  options: LossOptions & { ignoreIndex?: number; labelSmoothing?: number } = {},
): Node {
  const { reduction = "mean", ignoreIndex = -100, labelSmoothing = 0 } = options;
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new ArgumentError(`crossEntropy: needs labelSmoothing from 0 to 1, got ${labelSmoothing}`);
  }
  checkClasses("crossEntropy", x, target, ignoreIndex);
  return record(crossEntropyOp, [float(x), target], { reduction, ignoreIndex, labelSmoothing });
}

export const nllLossOp: CompositionOp = {
  kind: "composition",
  name: "nllLoss",
  check: ([x, target], attributes) => {
    check("nllLoss", x!, target!, attributes);
    if (target!.dtype !== "int32") throw new ShapeError("nllLoss", "needs int32 classes", { dtype: target!.dtype });
  },
  body: ([x, target], attributes) => likelihood(x!, target!, attributes),
};

/**
 * The negative log-likelihood: crossEntropy of log-probabilities [N, C, …] against int32 classes [N, …].
 * @throws ShapeError for shapes that don't fit; ArgumentError for a class outside 0..C-1.
 */
export function nllLoss(x: Node, target: Node, options: LossOptions & { ignoreIndex?: number } = {}): Node {
  const { reduction = "mean", ignoreIndex = -100 } = options;
  checkClasses("nllLoss", x, target, ignoreIndex);
  return record(nllLossOp, [float(x), target], { reduction, ignoreIndex, labelSmoothing: 0 });
}

/** A wrong class would silently count for nothing, so numbers that are known already are checked here. */
function checkClasses(subject: string, x: Node, target: Node, ignoreIndex: number): void {
  const classes = x.shape[classDim(x.shape)] ?? 0;
  const numbers = target.source?.kind === "data" && target.dtype === "int32" ? target.source.data : [];
  for (let at = 0; at < numbers.length; at++) {
    const number = numbers[at]!;
    if ((number >= 0 && number < classes) || number === ignoreIndex) continue;
    throw new ArgumentError(`${subject}: needs classes from 0 to ${classes - 1}, got ${number} at element ${at}`);
  }
}
