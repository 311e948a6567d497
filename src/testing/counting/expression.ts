import { compileExpression as compilePlain } from "../../core/evaluate.ts";
import { type Expression, input, operands } from "../../core/expression.ts";
import type { Counter, Operand } from "./counter.ts";

/** The counter that rewritten code is given. */
declare const operationCounter: Counter;

/** Operators that count as one operation of this kind, whatever their function does inside. */
const whole: Readonly<Record<string, string>> = { sigmoid: "sigmoid", erf: "erf", toFloat: "cast", toInt: "cast" };

/**
 * In the place of core's compileExpression: applies its functions operator by operator, so that they count. Every operand
 * is a number of some tensor, whatever it holds, and both sides of a selection are computed.
 */
export function compileExpression(root: Expression): (inputs: readonly Operand[]) => Operand {
  const step = steps(root);
  return (inputs) => step(inputs, new Map());
}

type Step = (inputs: readonly Operand[], done: Map<Expression, Operand>) => Operand;

const tracked = (value: Operand) => new operationCounter.Tracked(Number(value));

function steps(expression: Expression): Step {
  if (expression.kind === "constant") return () => tracked(expression.value);
  if (expression.kind === "input") return (inputs) => tracked(inputs[expression.index]!);
  const parts = operands(expression).map(steps);
  const apply = one(expression);
  return (inputs, done) => {
    // This file is rewritten too: no comparison of tracked numbers here.
    if (done.has(expression)) return done.get(expression)!;
    // A comparison of tracked numbers gives a plain one.
    const result = tracked(apply(parts.map((part) => part(inputs, done))));
    done.set(expression, result);
    return result;
  };
}

/** The last operator of an expression, over its operands. */
function one(expression: Expression): (values: readonly Operand[]) => Operand {
  if (expression.kind === "select") {
    return ([mask, a, b]) => {
      operationCounter.count("select");
      return Number(mask) === 0 ? b! : a!;
    };
  }
  const apply = compilePlain({ ...expression, a: input(0), b: input(1) } as Expression) as (
    values: readonly Operand[],
  ) => Operand;
  const kind = "operator" in expression ? whole[expression.operator] : undefined;
  if (!kind) return apply;
  return (values) => {
    operationCounter.count(kind);
    return apply(values.map(Number));
  };
}
