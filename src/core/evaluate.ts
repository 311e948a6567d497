import type { BinaryOperator, Expression, UnaryOperator } from "./expression.ts";

/** Compiles an expression to a JavaScript closure over the values of its inputs, in float64. */
export function compileExpression(root: Expression): (inputs: readonly number[]) => number {
  switch (root.kind) {
    case "input": {
      const { index } = root;
      return (inputs) => inputs[index]!;
    }
    case "constant": {
      const { value } = root;
      return () => value;
    }
    case "unary": {
      const a = compileExpression(root.a);
      const apply = unaryFunctions[root.operator];
      return (inputs) => apply(a(inputs));
    }
    case "binary": {
      const a = compileExpression(root.a);
      const b = compileExpression(root.b);
      const apply = binaryFunctions[root.operator];
      return (inputs) => apply(a(inputs), b(inputs));
    }
    case "select": {
      const mask = compileExpression(root.mask);
      const a = compileExpression(root.a);
      const b = compileExpression(root.b);
      return (inputs) => (mask(inputs) !== 0 ? a(inputs) : b(inputs));
    }
  }
}

const unaryFunctions: Record<UnaryOperator, (a: number) => number> = {
  neg: (a) => -a,
  abs: Math.abs,
  sqrt: Math.sqrt,
  exp: Math.exp,
  log: Math.log,
  tanh: Math.tanh,
  sigmoid: (a) => 1 / (1 + Math.exp(-a)),
  erf,
  floor: Math.floor,
  toFloat: (a) => a,
  // Cut off at the bounds of int32, as WebAssembly does it.
  toInt: (a) => Math.min(Math.max(Math.trunc(a), -(2 ** 31)), 2 ** 31 - 1),
};

const binaryFunctions: Record<BinaryOperator, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  min: (a, b) => (b < a ? b : a),
  max: (a, b) => (a < b ? b : a),
  pow: (a, b) => a ** b,
  lt: (a, b) => (a < b ? 1 : 0),
  le: (a, b) => (a <= b ? 1 : 0),
  eq: (a, b) => (a === b ? 1 : 0),
  ne: (a, b) => (a !== b ? 1 : 0),
};

/**
 * The error function to float64: its Taylor series 2/√π Σ x (2x²)ⁿ / (2n+1)!! e^(-x²) up to 3 (Abramowitz and Stegun
 * 7.1.6), and the continued fraction 7.1.14 of erfc beyond.
 */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (Number.isNaN(x)) return x;
  if (size > 6) return Math.sign(x);
  if (size < 3) {
    let term = size;
    let sum = size;
    for (let n = 1; Math.abs(term) > 1e-17 * sum && n < 200; n++) {
      term *= (2 * size * size) / (2 * n + 1);
      sum += term;
    }
    return (Math.sign(x) * 2 * sum * Math.exp(-size * size)) / Math.sqrt(Math.PI);
  }
  let fraction = size;
  for (let k = 60; k >= 1; k--) fraction = size + k / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-size * size) / (Math.sqrt(Math.PI) * fraction));
}
