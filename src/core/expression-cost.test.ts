import { expect, test } from "vitest";
import type { ElementwiseOp } from "../core/op.ts";
import {
  clampOp,
  geluOp,
  hardswishOp,
  leakyReluOp,
  powNumberOp,
  reluOp,
  siluOp,
  softplusOp,
  subOp,
} from "../ops/index.ts";
import { input } from "./expression.ts";
import { expressionCost } from "./expression-cost.ts";

const cost = (op: ElementwiseOp, attributes = {}) => {
  const inputs = Array.from({ length: op.arity }, (_, index) => input(index));
  const { biasAdditions: _, ...rest } = expressionCost(op.expression(inputs, attributes));
  return rest;
};

test("every operator once, whatever uses its result", () => {
  expect(cost(subOp)).toEqual({ multiplications: 0, additions: 1, other: {} });
  expect(cost(reluOp)).toEqual({ multiplications: 0, additions: 0, other: { compare: 1 } });
  expect(cost(siluOp)).toEqual({ multiplications: 1, additions: 0, other: { sigmoid: 1 } });
  expect(cost(hardswishOp)).toEqual({ multiplications: 2, additions: 1, other: { compare: 2 } });
  // 1 + e^-|x| is used twice.
  expect(cost(softplusOp, { beta: 1, threshold: 20 })).toEqual({
    multiplications: 1,
    additions: 3,
    other: { compare: 3, abs: 1, negate: 1, exp: 1, log: 1, divide: 1, select: 2 },
  });
});

test("both sides of a selection", () => {
  expect(cost(leakyReluOp, { negativeSlope: 0.01 })).toEqual({
    multiplications: 1,
    additions: 0,
    other: { compare: 1, select: 1 },
  });
});

test("attributes change what is computed", () => {
  expect(cost(geluOp, { approximate: "none" })).toEqual({ multiplications: 3, additions: 1, other: { erf: 1 } });
  expect(cost(geluOp, { approximate: "tanh" })).toEqual({ multiplications: 5, additions: 2, other: { tanh: 1 } });
  expect(cost(clampOp, { min: 0, max: null }).other).toEqual({ compare: 1 });
  expect(cost(clampOp, { min: 0, max: 1 }).other).toEqual({ compare: 2 });
  expect(cost(powNumberOp, { exponent: 2 })).toEqual({ multiplications: 1, additions: 0, other: {} });
  expect(cost(powNumberOp, { exponent: 1.5 })).toEqual({ multiplications: 0, additions: 0, other: { pow: 1 } });
});
