import { functional as F } from "../../../../nn/index.ts";
import * as ops from "../../../../ops/index.ts";
import { Tensor } from "../../../../tensor/index.ts";
import type { Call } from "../call.ts";
import type { Operator, Operators } from "../operator.ts";
import { computed, type Value } from "../value.ts";

/** Null: no axis is reduced. Axes are an attribute at first, and an input since opset 13 or 18. */
function axesOf(call: Call): number[] | null {
  const given = call.given("axes", 1);
  const leave = call.int("noop_with_empty_axes", 0) !== 0;
  if (given && given.length > 0) return given;
  return leave ? null : call.shape(0).map((_, axis) => axis);
}

type Reduce = (x: Tensor, axes: readonly number[], keep: boolean) => Tensor;

const reduction = (apply: Reduce): Operator => ({
  plain: [1],
  record(call) {
    const axes = axesOf(call);
    const keep = call.int("keepdims", 1) !== 0;
    const x = call.tensor(0).to("float32");
    // Each element is all of its sum: what comes before and after it, such as a square, is done nevertheless.
    return axes ? apply(x, axes, keep) : apply(x.unsqueeze(-1), [-1], false);
  },
});

/** Halves are multiplied with each other until one is left. */
export function product(x: Tensor, given: readonly number[], keep: boolean): Tensor {
  const axes = given.map((axis) => (axis < 0 ? axis + x.dim : axis));
  const others = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const sizes = others.map((axis) => x.shape[axis]!);
  const rows = sizes.reduce((all, size) => all * size, 1);
  let left = x.permute(...others, ...axes).reshape(rows, rows === 0 ? 1 : x.numel / rows);
  if (left.shape[1] === 0) return new Tensor(ops.full(sizes, 1));
  for (let length = left.shape[1]!; length > 1; length = left.shape[1]!) {
    const half = Math.ceil(length / 2);
    const even = length % 2 === 0 ? left : F.pad(left, [0, 1], "constant", 1);
    left = even.slice(1, 0, half).mul(even.slice(1, half, 2 * half));
  }
  return left.reshape(keep ? x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)) : sizes);
}

/** log Σ e^x, without overflow. */
function logSumExp(x: Tensor, axes: readonly number[], keep: boolean): Tensor {
  const kept = x.amax(axes, true).detach();
  // Where all are infinite, their difference would be no number.
  const most = kept.abs().eq(Number.POSITIVE_INFINITY).where(0, kept);
  const sum = x.sub(most).exp().sum(axes, keep).log();
  return sum.add(most.reshape(sum.shape));
}

/** The first of equal ones, or the last. */
const index = (sign: 1 | -1): Operator => ({
  record(call): Value {
    const given = call.tensor(0);
    const x = sign === 1 ? given.to("float32") : given.neg();
    const keep = call.int("keepdims", 1) !== 0;
    const axis = call.int("axis", 0);
    if (call.int("select_last_index", 0) === 0) return computed(x.argmax(axis, keep), "int");
    const at = axis < 0 ? axis + x.dim : axis;
    const size = x.shape[at]!;
    const first = x.shape.slice(0, at).reduce((all, each) => all * each, 1);
    const backwards = new Tensor(ops.flip(x.reshape(first, size, -1).node, [-2])).argmax(1);
    const shape = x.shape.flatMap((each, where) => (where !== at ? [each] : keep ? [1] : []));
    return computed(
      backwards
        .neg()
        .add(size - 1)
        .to("int32")
        .reshape(shape),
      "int",
    );
  },
});

export const reductions: Operators = {
  ReduceMean: reduction((x, axes, keep) => x.mean(axes, keep)),
  ReduceSum: reduction((x, axes, keep) => x.sum(axes, keep)),
  ReduceMax: reduction((x, axes, keep) => x.amax(axes, keep)),
  ReduceMin: reduction((x, axes, keep) => x.neg().amax(axes, keep).neg()),
  ReduceL1: reduction((x, axes, keep) => x.abs().sum(axes, keep)),
  ReduceL2: reduction((x, axes, keep) => x.pow(2).sum(axes, keep).sqrt()),
  ReduceSumSquare: reduction((x, axes, keep) => x.pow(2).sum(axes, keep)),
  ReduceLogSum: reduction((x, axes, keep) => x.sum(axes, keep).log()),
  ReduceLogSumExp: reduction(logSumExp),
  ReduceProd: reduction(product),
  ArgMax: index(1),
  ArgMin: index(-1),
};
