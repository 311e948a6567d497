/**
 * An elementwise computation as data: a small graph that the reference device interprets, and from which the other
 * devices write their kernels. Sharing is by identity: a node used twice is computed once.
 */
export type Expression =
  | { readonly kind: "input"; readonly index: number }
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "unary"; readonly operator: UnaryOperator; readonly a: Expression }
  | { readonly kind: "binary"; readonly operator: BinaryOperator; readonly a: Expression; readonly b: Expression }
  | { readonly kind: "select"; readonly mask: Expression; readonly a: Expression; readonly b: Expression };

export type UnaryOperator =
  | "neg"
  | "abs"
  | "sqrt"
  | "exp"
  | "log"
  | "tanh"
  | "sigmoid"
  | "erf"
  | "floor"
  | "toFloat" // int32 bits to a float32 number
  | "toInt"; // float32 to int32, towards zero

/** Comparisons give 1 or 0. `min(a, b)` is `b < a ? b : a` and `max(a, b)` is `a < b ? b : a`: a NaN in `a` stays. */
export type BinaryOperator = "add" | "sub" | "mul" | "div" | "min" | "max" | "pow" | "lt" | "le" | "eq" | "ne";

export const input = (index: number): Expression => ({ kind: "input", index });
export const constant = (value: number): Expression => ({ kind: "constant", value });
const unary =
  (operator: UnaryOperator) =>
  (a: Expression): Expression => ({ kind: "unary", operator, a });
const binary =
  (operator: BinaryOperator) =>
  (a: Expression, b: Expression): Expression => ({ kind: "binary", operator, a, b });

export const neg = unary("neg");
export const abs = unary("abs");
export const sqrt = unary("sqrt");
export const exp = unary("exp");
export const log = unary("log");
export const tanh = unary("tanh");
export const sigmoid = unary("sigmoid");
export const erf = unary("erf");
export const floor = unary("floor");
export const toFloat = unary("toFloat");
export const toInt = unary("toInt");
export const add = binary("add");
export const sub = binary("sub");
export const mul = binary("mul");
export const div = binary("div");
export const min = binary("min");
export const max = binary("max");
export const pow = binary("pow");
export const lt = binary("lt");
export const le = binary("le");
export const eq = binary("eq");
export const ne = binary("ne");
/** `mask ≠ 0 ? a : b`, per element. */
export const select = (mask: Expression, a: Expression, b: Expression): Expression => ({ kind: "select", mask, a, b });

/** Puts expressions in the place of inputs, keeping shared parts shared. */
export function substitute(
  root: Expression,
  replace: (index: number) => Expression,
  memo: Map<Expression, Expression> = new Map(),
): Expression {
  const known = memo.get(root);
  if (known) return known;
  let result: Expression;
  switch (root.kind) {
    case "input":
      result = replace(root.index);
      break;
    case "constant":
      result = root;
      break;
    case "unary":
      result = { ...root, a: substitute(root.a, replace, memo) };
      break;
    case "binary":
      result = { ...root, a: substitute(root.a, replace, memo), b: substitute(root.b, replace, memo) };
      break;
    case "select":
      result = {
        kind: "select",
        mask: substitute(root.mask, replace, memo),
        a: substitute(root.a, replace, memo),
        b: substitute(root.b, replace, memo),
      };
  }
  memo.set(root, result);
  return result;
}

/** The operands of an expression, in order. */
export function operands(root: Expression): readonly Expression[] {
  switch (root.kind) {
    case "input":
    case "constant":
      return [];
    case "unary":
      return [root.a];
    case "binary":
      return [root.a, root.b];
    case "select":
      return [root.mask, root.a, root.b];
  }
}

/** A text that is equal for equal expressions: the key of a kernel. Shared nodes are named, so size stays linear. */
export function expressionKey(roots: readonly Expression[]): string {
  const numbers = new Map<Expression, number>();
  const parts: string[] = [];
  const visit = (node: Expression): number => {
    const known = numbers.get(node);
    if (known !== undefined) return known;
    const inner = operands(node).map(visit);
    const number = numbers.size;
    numbers.set(node, number);
    const head =
      node.kind === "input"
        ? `i${node.index}`
        : node.kind === "constant"
          ? `c${Object.is(node.value, -0) ? "-0" : node.value}`
          : node.kind === "select"
            ? "select"
            : node.operator;
    parts.push(inner.length > 0 ? `${head}(${inner.join(",")})` : head);
    return number;
  };
  const ends = roots.map(visit);
  return `${parts.join(";")}=>${ends.join(",")}`;
}
