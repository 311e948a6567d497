import { type BinaryOperator, type Expression, operands, type UnaryOperator } from "./expression.ts";
import { type Cost, noCost } from "./op.ts";

/** What each operator is counted as: one of these two, or a kind of `other`. */
const kinds: Readonly<Record<UnaryOperator | BinaryOperator, string>> = {
  add: "additions",
  sub: "additions",
  mul: "multiplications",
  div: "divide",
  neg: "negate",
  abs: "abs",
  sqrt: "sqrt",
  exp: "exp",
  log: "log",
  tanh: "tanh",
  sigmoid: "sigmoid",
  erf: "erf",
  floor: "floor",
  pow: "pow",
  toFloat: "cast",
  toInt: "cast",
  min: "compare",
  max: "compare",
  lt: "compare",
  le: "compare",
  eq: "compare",
  ne: "compare",
};

/**
 * Operations for each element: every operator once, however often its result is used. Both sides of a selection count,
 * since both are computed.
 */
export function expressionCost(root: Expression): Cost {
  let { multiplications, additions } = noCost;
  const other: Record<string, number> = {};
  const seen = new Set<Expression>();
  const visit = (expression: Expression): void => {
    if (seen.has(expression) || expression.kind === "input" || expression.kind === "constant") return;
    seen.add(expression);
    const kind = "operator" in expression ? kinds[expression.operator] : expression.kind;
    if (kind === "additions") additions++;
    else if (kind === "multiplications") multiplications++;
    else other[kind] = (other[kind] ?? 0) + 1;
    operands(expression).forEach(visit);
  };
  visit(root);
  return { ...noCost, multiplications, additions, other };
}
