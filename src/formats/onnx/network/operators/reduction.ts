import type { Tensor } from "../../../../tensor/index.ts";
import type { Call } from "../call.ts";
import type { Operator, Operators } from "../operator.ts";
import { computed, known } from "../value.ts";

/** Null: nothing is reduced. Axes are an attribute at first, and an input since opset 13 or 18. */
function axesOf(call: Call): number[] | null {
  const given = call.given("axes", 1);
  const leave = call.int("noop_with_empty_axes", 0) !== 0;
  if (given && given.length > 0) return given;
  return leave ? null : call.shape(0).map((_, axis) => axis);
}

const reduction = (apply: (x: Tensor, axes: readonly number[], keep: boolean) => Tensor): Operator => ({
  plain: [1],
  record(call) {
    const axes = axesOf(call);
    const keep = call.int("keepdims", 1) !== 0;
    return axes ? apply(call.tensor(0), axes, keep) : call.tensor(0);
  },
});

/** The product of sizes: there is no op for it, so its numbers must be known. */
function product(call: Call) {
  const axes = axesOf(call);
  const keep = call.int("keepdims", 1) !== 0;
  const numbers = call.numbers(0);
  const { kind } = call.value(0);
  const shape = call.shape(0);
  if (axes?.length !== shape.length) call.fail("only the product of all elements is supported");
  return known([numbers.reduce((all, each) => all * each, 1)], keep ? shape.map(() => 1) : [], kind);
}

const index = (sign: 1 | -1): Operator => ({
  record(call) {
    call.only("select_last_index", 0);
    const x = sign === 1 ? call.tensor(0) : call.tensor(0).neg();
    return computed(x.argmax(call.int("axis", 0), call.int("keepdims", 1) !== 0), "int");
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
  ReduceProd: { plain: [1], record: product },
  ArgMax: index(1),
  ArgMin: index(-1),
};
