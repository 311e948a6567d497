import { type Expression, input, operands, substitute } from "../../core/expression.ts";

/** The inputs that expressions read, in order. */
export function usedInputs(roots: readonly Expression[]): number[] {
  const seen = new Set<Expression>();
  const used = new Set<number>();
  const visit = (node: Expression): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.kind === "input") used.add(node.index);
    for (const operand of operands(node)) visit(operand);
  };
  for (const root of roots) visit(root);
  return [...used].sort((a, b) => a - b);
}

/** Expressions whose input i is the i-th used one. */
export function renumberInputs(roots: readonly Expression[], used: readonly number[]): Expression[] {
  const fresh = new Map(used.map((index, at) => [index, input(at)]));
  const memo = new Map<Expression, Expression>();
  return roots.map((root) => substitute(root, (index) => fresh.get(index)!, memo));
}

/** About how many instructions expressions are, to decide whether to unroll. */
export function expressionWeight(roots: readonly Expression[]): number {
  const seen = new Set<Expression>();
  let count = 0;
  const visit = (node: Expression): void => {
    if (seen.has(node)) return;
    seen.add(node);
    // The functions are long: never unrolled.
    const long = node.kind === "unary" && ["exp", "log", "tanh", "sigmoid", "erf"].includes(node.operator);
    count += long || (node.kind === "binary" && node.operator === "pow") ? 100 : 1;
    for (const operand of operands(node)) visit(operand);
  };
  for (const root of roots) visit(root);
  return count;
}
