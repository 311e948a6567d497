import { type BinaryOperator, type Expression, operands, type UnaryOperator } from "../../core/expression.ts";
import type { Target } from "../../core/kernel.ts";
import type { FunctionBuilder, Local } from "./assembler.ts";
import { type MathContext, pushErf, pushExp, pushLog, pushSigmoid, pushTanh, VectorPool } from "./math.ts";
import type { Instruction } from "./opcodes.ts";
import { hasShortPower, pushPow, pushShortPower } from "./pow.ts";
import { hoistsLoads } from "./tiles.ts";

type Comparison = "lt" | "le" | "eq" | "ne";
type Maskable = Expression & { readonly kind: "binary"; readonly operator: Comparison };

const unaryInstructions: Partial<Record<UnaryOperator, Instruction>> = {
  neg: "f32x4.neg",
  abs: "f32x4.abs",
  sqrt: "f32x4.sqrt",
  floor: "f32x4.floor",
  toFloat: "f32x4.convert_i32x4_s",
  toInt: "i32x4.trunc_sat_f32x4_s",
};

const unaryFunctions: Partial<Record<UnaryOperator, (m: MathContext, x: Local) => void>> = {
  exp: pushExp,
  log: pushLog,
  tanh: pushTanh,
  sigmoid: pushSigmoid,
  erf: pushErf,
};

/** pmin and pmax are the definitions of min and max in core/expression.ts, NaN included. */
const binaryInstructions: Record<Exclude<BinaryOperator, "pow">, Instruction> = {
  add: "f32x4.add",
  sub: "f32x4.sub",
  mul: "f32x4.mul",
  div: "f32x4.div",
  min: "f32x4.pmin",
  max: "f32x4.pmax",
  lt: "f32x4.lt",
  le: "f32x4.le",
  eq: "f32x4.eq",
  ne: "f32x4.ne",
};

const isComparison = (node: Expression): node is Maskable =>
  node.kind === "binary" && ["lt", "le", "eq", "ne"].includes(node.operator);

/** What one node costs: a variable for its number, and one for its lane mask if it is a comparison that selects. */
interface Held {
  value: Local | null;
  mask: Local | null;
  uses: number;
}

/**
 * Emits f32x4 code for expressions and returns one v128 variable for each root: four results, one in each lane.
 * `pushInput(index)` must push the vector of that input; it is asked once for each. A node that is used several times is
 * computed once, and a variable is handed on after its value's last use. int32 inputs are the same 32 bits in each lane.
 *
 * Sums and products are never contracted, so that elementwise results don't depend on `target`; the polynomials in
 * exp, log, tanh, sigmoid and erf use fused multiply-add where the target has it.
 * @param pool to share variables with code around this: the results (roots that are one node share one) are then the
 * caller's to release.
 */
export function emitExpressions(
  f: FunctionBuilder,
  roots: readonly Expression[],
  pushInput: (index: number) => void,
  target: Target,
  pool: VectorPool = new VectorPool(f),
): Local[] {
  if (!hoistsLoads(target)) f.keepConstants();
  const math: MathContext = { f, pool, fusedMultiplyAdd: target.fusedMultiplyAdd };
  const inputs = new Map<number, Expression>();
  const held = new Map<Expression, Held>();

  /** Input nodes of equal index are one node. */
  const canonical = (node: Expression): Expression => {
    if (node.kind !== "input") return node;
    const known = inputs.get(node.index);
    if (!known) inputs.set(node.index, node);
    return known ?? node;
  };

  const count = (given: Expression): void => {
    const node = canonical(given);
    const known = held.get(node);
    if (known) {
      known.uses++;
      return;
    }
    held.set(node, { value: null, mask: null, uses: 1 });
    for (const operand of operands(node)) count(operand);
  };
  // Roots count once more, so that nothing takes over their variables.
  for (const root of roots) {
    count(root);
    held.get(canonical(root))!.uses++;
  }

  const release = (given: Expression): void => {
    const node = canonical(given);
    const state = held.get(node)!;
    if (--state.uses > 0) return;
    if (state.value) pool.release(state.value);
    if (state.mask) pool.release(state.mask);
  };

  const push = (node: Expression): void => {
    if (node.kind === "constant") f.f32x4(node.value);
    else f.get(held.get(canonical(node))!.value!);
  };

  /** Makes sure that a node's number is in a variable (constants are pushed where they are used). */
  const compute = (given: Expression): void => {
    const node = canonical(given);
    const state = held.get(node)!;
    if (node.kind === "constant" || state.value) return;
    if (state.mask && isComparison(node)) {
      state.value = pool.take();
      f.get(state.mask).f32x4(1).op("v128.and").set(state.value);
      return;
    }
    emit(node);
    // Operands go back first: the result may take over the variable of one that ends here.
    for (const operand of operands(node)) release(operand);
    state.value = pool.take();
    f.set(state.value);
  };

  const computeMask = (node: Maskable): void => {
    const state = held.get(node)!;
    if (state.mask) return;
    if (state.value) f.get(state.value).f32x4(0).op("f32x4.ne");
    else {
      emitBinary(node);
      for (const operand of operands(node)) release(operand);
    }
    state.mask = pool.take();
    f.set(state.mask);
  };

  const emitBinary = (node: Expression & { readonly kind: "binary" }): void => {
    const { operator, a, b } = node;
    compute(a);
    if (operator !== "pow") {
      compute(b);
      push(a);
      push(b);
      f.op(binaryInstructions[operator]);
    } else if (b.kind === "constant" && hasShortPower(b.value)) {
      withLocal(a, (base) => pushShortPower(f, base, b.value));
    } else {
      compute(b);
      withLocal(a, (base) => withLocal(b, (exponent) => pushPow(math, base, exponent)));
    }
  };

  const withLocal = (node: Expression, body: (local: Local) => void): void => {
    if (node.kind !== "constant") {
      body(held.get(canonical(node))!.value!);
      return;
    }
    const local = pool.take();
    f.f32x4(node.value).set(local);
    body(local);
    pool.release(local);
  };

  /** Pushes a node's number. */
  const emit = (node: Expression): void => {
    switch (node.kind) {
      case "input":
        pushInput(node.index);
        break;
      case "constant":
        f.f32x4(node.value);
        break;
      case "unary": {
        compute(node.a);
        const instruction = unaryInstructions[node.operator];
        if (instruction) {
          push(node.a);
          f.op(instruction);
        } else withLocal(node.a, (local) => unaryFunctions[node.operator]!(math, local));
        break;
      }
      case "binary":
        emitBinary(node);
        if (isComparison(node)) f.f32x4(1).op("v128.and");
        break;
      case "select": {
        const { mask } = node;
        if (isComparison(mask)) computeMask(mask);
        else compute(mask);
        compute(node.a);
        compute(node.b);
        push(node.a);
        push(node.b);
        if (isComparison(mask)) f.get(held.get(mask)!.mask!);
        else {
          push(mask);
          f.f32x4(0).op("f32x4.ne");
        }
        f.op("v128.bitselect");
      }
    }
  };

  return roots.map((root) => {
    compute(root);
    release(root);
    if (root.kind !== "constant") return held.get(canonical(root))!.value!;
    const local = pool.take();
    f.f32x4(root.value).set(local);
    return local;
  });
}
