import { full, type Tensor } from "../../../../tensor/index.ts";
import type { Operator, Operators } from "../operator.ts";
import { computed } from "../value.ts";

const comparison = (apply: (a: Tensor, b: Tensor) => Tensor): Operator => ({
  record: (call) => computed(apply(call.tensor(0), call.tensor(1)), "bool"),
});

/** Truth values are 1 and 0. */
export const comparisons: Operators = {
  Equal: comparison((a, b) => a.eq(b)),
  Greater: comparison((a, b) => a.gt(b)),
  GreaterOrEqual: comparison((a, b) => a.ge(b)),
  Less: comparison((a, b) => a.lt(b)),
  LessOrEqual: comparison((a, b) => a.le(b)),
  And: comparison((a, b) => a.mul(b)),
  Or: comparison((a, b) => a.maximum(b)),
  Xor: comparison((a, b) => a.ne(b)),
  Not: { record: (call) => computed(call.tensor(0).eq(0), "bool") },
  IsNaN: { record: (call) => computed(call.tensor(0).ne(call.tensor(0)), "bool") },
  IsInf: {
    record(call) {
      const x = call.tensor(0);
      const found = [
        ...(call.int("detect_positive", 1) ? [x.eq(Number.POSITIVE_INFINITY)] : []),
        ...(call.int("detect_negative", 1) ? [x.eq(Number.NEGATIVE_INFINITY)] : []),
      ];
      return computed(found.length > 0 ? found.reduce((a, b) => a.maximum(b)) : full(x.shape, 0), "bool");
    },
  },
  Where: {
    record(call) {
      const { kind, type } = call.value(1);
      return computed(call.tensor(0).where(call.tensor(1), call.tensor(2)), kind, type);
    },
  },
};
