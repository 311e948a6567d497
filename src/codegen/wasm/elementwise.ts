import { constant, type Expression, expressionKey } from "../../core/expression.ts";
import type { Argument, KernelStep, Layout, Target } from "../../core/kernel.ts";
import type { Shape } from "../../core/shape.ts";
import { FunctionBuilder, type Local } from "./assembler.ts";
import { emitExpressions } from "./expression.ts";
import { expressionWeight, renumberInputs, usedInputs } from "./inputs.ts";
import { type Iteration, mergeAxes, moveInnermost } from "./iteration.ts";
import { VectorPool } from "./math.ts";
import { encodeModule } from "./module.ts";
import { type Access, accessOf, RowOperand } from "./operand.ts";
import { ArgumentList, emitRows, nestArguments } from "./rows.ts";
import { transposeStep } from "./transpose.ts";

export interface ElementwiseSpec {
  readonly label: string;
  /** The iteration shape. Strides of every layout have its rank, 0 along axes where an operand is repeated. */
  readonly shape: Shape;
  readonly inputs: readonly Layout[];
  readonly outputs: readonly Layout[];
  /** One for each output; their input i is `inputs[i]`. */
  readonly expressions: readonly Expression[];
  readonly target: Target;
}

/** Elements of one piece, and of the longest row. */
const pieceElements = 32768;

/**
 * One pass over all elements of a shape that computes several expressions: each operand through its own strides. An
 * output may be the very buffer and layout of an input. Every element sees the same vector code, so its bits don't
 * depend on where it lies. Buffers are `input` i and `output` i.
 *
 * @example
 * import { add, input } from "../../core/expression.ts";
 * const layout = { strides: [1], offset: 0, size: 8 };
 * const memory = { initialPages: 1, maximumPages: 1, shared: true };
 * const step = elementwiseStep({
 *   label: "double", shape: [8], inputs: [layout], outputs: [layout],
 *   expressions: [add(input(0), input(0))], target: { fusedMultiplyAdd: false, numerics: "exact", tile: [4, 8], memory },
 * });
 * step.pieces; // 1
 */
export function elementwiseStep(spec: ElementwiseSpec): KernelStep {
  const { target } = spec;
  const used = usedInputs(spec.expressions);
  const layouts = [...spec.outputs, ...used.map((index) => spec.inputs[index]!)];
  const renamed = renumberInputs(spec.expressions, used);
  const addresses = layouts.map((layout, which): Argument => {
    const at = which - spec.outputs.length;
    return at < 0
      ? { buffer: "output", index: which, offset: layout.offset }
      : { buffer: "input", index: used[at]!, offset: layout.offset };
  });
  const merged = mergeAxes(
    spec.shape,
    layouts.map((layout) => layout.strides),
  );
  if (renamed.length === 1 && renamed[0]!.kind === "input") {
    const copy = transposeStep(spec.label, merged, [addresses[0]!, addresses[1]!], target);
    if (copy) return copy;
  }
  const iteration = chooseInnermost(merged, spec.outputs.length);
  const length = iteration.sizes[iteration.sizes.length - 1]!;
  const innerStrides = iteration.strides.map((strides) => strides[strides.length - 1]!);
  const accesses = innerStrides.map(accessOf);
  // An output of one element is written as if by stride.
  for (let which = 0; which < spec.outputs.length; which++) {
    if (accesses[which] === "repeated") accesses[which] = "strided";
  }

  // The innermost axis is cut into segments, which are one more axis of the nest around it.
  const segment = Math.min(length, pieceElements);
  const segments = Math.ceil(length / Math.max(segment, 1));
  const nest = {
    sizes: [...iteration.sizes.slice(0, -1), segments],
    operands: layouts.map((_, which) => ({
      address: addresses[which]!,
      strides: [...iteration.strides[which]!.slice(0, -1), innerStrides[which]! * segment],
    })),
  };
  const rows = nest.sizes.reduce((product, size) => product * size, 1);
  const rowsPerPiece = Math.max(1, Math.floor(pieceElements / Math.max(segment, 1)));
  const list = new ArgumentList();
  const offsets = nestArguments(list, nest, rowsPerPiece);
  const lengths = { segment: list.add(segment), last: list.add(length - (segments - 1) * segment) };
  const strideOffsets = innerStrides.map((stride) => list.add(stride * 4));
  const unroll =
    expressionWeight(renamed) <= 8 && accesses.every((access) => access !== "strided") && length >= 16 ? 4 : 1;

  const emit = () => {
    const f = new FunctionBuilder("run", ["i32", "i32", "i32", "i32"]);
    const [block, first, last] = f.parameters as [Local, Local, Local, Local];
    const row = new RowCode(f, accesses, renamed, target, unroll);
    emitRows(f, block, [first, last], offsets, (pointers, indices) => {
      f.get(block).load("i32.load", lengths.last).get(block).load("i32.load", lengths.segment);
      f.get(indices[indices.length - 1]!).add(1);
      f.get(block)
        .load("i32.load", offsets.sizes[offsets.sizes.length - 1]!)
        .op("i32.eq")
        .op("select");
      row.emit(pointers, (which) => f.get(block).load("i32.load", strideOffsets[which]!));
    });
    return encodeModule([f], target.memory);
  };
  const parts = [nest.sizes.length, accesses.map((access) => access[0]).join(""), unroll, target.fusedMultiplyAdd];
  return {
    label: spec.label,
    key: `elementwise ${parts.join(" ")} ${expressionKey(renamed)}`,
    emit,
    arguments: list.words,
    pieces: length === 0 || rows === 0 ? 0 : Math.ceil(rows / rowsPerPiece),
  };
}

/** Writes one number to all elements of a (strided) region of `output` 0. */
export function fillStep(spec: {
  readonly label: string;
  readonly shape: Shape;
  readonly layout: Layout;
  readonly value: number;
  readonly target: Target;
}): KernelStep {
  return elementwiseStep({ ...spec, inputs: [], outputs: [spec.layout], expressions: [constant(spec.value)] });
}

/** The code for one row: unrolled vectors, single vectors, and the last one to three numbers. */
class RowCode {
  readonly #f: FunctionBuilder;
  readonly #operands: readonly RowOperand[];
  readonly #roots: readonly Expression[];
  readonly #target: Target;
  readonly #unroll: number;
  readonly #pool: VectorPool;
  readonly #rest: Local;

  constructor(
    f: FunctionBuilder,
    accesses: readonly Access[],
    roots: readonly Expression[],
    target: Target,
    unroll: number,
  ) {
    this.#f = f;
    this.#operands = accesses.map((access) => new RowOperand(f, access));
    this.#roots = roots;
    this.#target = target;
    this.#unroll = unroll;
    this.#pool = new VectorPool(f);
    this.#rest = f.local("i32");
  }

  /** The row's length is on the stack. */
  emit(pointers: readonly Local[], pushStride: (which: number) => void): void {
    const f = this.#f;
    f.set(this.#rest);
    for (const [which, operand] of this.#operands.entries()) operand.begin(pointers[which]!, () => pushStride(which));
    if (this.#unroll > 1) this.#vectors(this.#unroll);
    this.#vectors(1);
    f.get(this.#rest);
    f.if(() =>
      this.#compute(
        (operand) => operand.loadPartial(this.#rest),
        (operand, value) => operand.storePartial(value, this.#rest),
      ),
    );
  }

  #vectors(count: number): void {
    this.#f.whileAtLeast(this.#rest, count * 4, () => {
      for (let ahead = 0; ahead < count; ahead++) {
        this.#compute(
          (operand) => operand.load(ahead),
          (operand, value) => operand.store(value, ahead),
        );
      }
      for (const operand of this.#operands) operand.advance(count);
    });
  }

  #compute(load: (operand: RowOperand) => void, store: (operand: RowOperand, value: Local) => void): void {
    const outputs = this.#roots.length;
    const values = emitExpressions(
      this.#f,
      this.#roots,
      (index) => load(this.#operands[outputs + index]!),
      this.#target,
      this.#pool,
    );
    for (const [which, value] of values.entries()) store(this.#operands[which]!, value);
    this.#pool.release(...new Set(values));
  }
}

/** Picks the axis along which vectors lie, by what a walk along it would cost; the first output's own order wins a tie. */
function chooseInnermost(iteration: Iteration, outputs: number): Iteration {
  if (iteration.sizes.length === 0) return { sizes: [1], strides: iteration.strides.map(() => [0]) };
  const rowCost = 16;
  let best = iteration.sizes.length - 1;
  let bestCost = Number.POSITIVE_INFINITY;
  for (let axis = iteration.sizes.length - 1; axis >= 0; axis--) {
    const length = iteration.sizes[axis]!;
    let vectorCost = 1;
    for (const [which, strides] of iteration.strides.entries()) {
      const access = accessOf(strides[axis]!);
      if (access === "repeated" && which < outputs) vectorCost = Number.POSITIVE_INFINITY;
      vectorCost += access === "strided" ? 4 : access === "unit" ? 1 : 0;
    }
    const cost = (vectorCost * Math.ceil(length / 4) + rowCost) / length;
    if (cost < bestCost) {
      bestCost = cost;
      best = axis;
    }
  }
  return moveInnermost(iteration, best);
}
