import { type Expression, input } from "../../core/expression.ts";
import type { Argument, KernelPlan, Layout, Target } from "../../core/kernel.ts";
import { contiguousStrides, numel, type Shape } from "../../core/shape.ts";
import { expressionWeight, renumberInputs, usedInputs } from "./inputs.ts";
import { mergeAxes } from "./iteration.ts";
import { accessOf } from "./operand.ts";
import { type Axis, type ReduceOperator, type Reduction, reduceStep } from "./reduce-kernel.ts";

export interface ReduceSpec {
  readonly label: string;
  readonly operator: ReduceOperator;
  /** The iteration shape. Strides of every layout have its rank. */
  readonly shape: Shape;
  readonly inputs: readonly Layout[];
  /** What is reduced, from the inputs at one index. */
  readonly expression: Expression;
  /** Strides are 0 along the axes that are reduced. */
  readonly output: Layout;
  /** The result, from the reduced value (input 0) and `finishInputs[i]` (input i + 1) at the same index. */
  readonly finish: Expression;
  readonly finishInputs?: readonly Layout[];
  readonly target: Target;
}

/** Most chunks of one reduction: their results are reduced by one more step. */
const maximumChunks = { kept: 256, reduced: 1024 };
const chunkElements = { kept: 32768, reduced: 8192 };
/** Fewest indices of a chunk where vectors lie along a kept axis. */
const minimumRows = 256;

/**
 * One pass that computes an expression and sums it (or takes its maximum, NaN if there is one) along axes, then a finishing
 * expression. What is added to what depends on shapes and strides alone. Long sums are taken in runs, chunks and lanes, so
 * that rounding errors stay as small as in pairwise summation. No elements sum to 0; their maximum is -∞.
 * Buffers are `input` i, `output` 0, and for `finishInputs[i]` `operand` i.
 */
export function reduceSteps(spec: ReduceSpec): KernelPlan {
  const used = usedInputs([spec.expression]);
  const [expression] = renumberInputs([spec.expression], used);
  const sources = used.map((index) => ({ layout: spec.inputs[index]!, buffer: "input" as const, index }));
  const ends = [
    { layout: spec.output, buffer: "output" as const, index: 0 },
    ...(spec.finishInputs ?? []).map((layout, index) => ({ layout, buffer: "operand" as const, index })),
  ];
  const operands = [...sources, ...ends];
  const iteration = mergeAxes(
    spec.shape,
    operands.map(({ layout }) => layout.strides),
  );
  const axes = iteration.sizes.map(
    (size, axis): Axis => ({
      size,
      strides: iteration.strides.map((strides) => strides[axis]!),
    }),
  );
  const nothing: Axis = { size: 1, strides: operands.map(() => 0) };
  const isReduced = (axis: Axis) => axis.strides[sources.length] === 0;
  const kept = axes.filter((axis) => !isReduced(axis));
  const reduced = axes.filter(isReduced);
  if (kept.length === 0) kept.push(nothing);
  if (reduced.length === 0) reduced.push(nothing);
  const vectors = chooseVectors(kept, reduced, sources.length);

  const addresses = (list: typeof operands): Argument[] =>
    list.map(({ buffer, index, layout }) => ({ buffer, index, offset: layout.offset }));
  const common = {
    label: spec.label,
    operator: spec.operator,
    vectors,
    unroll: expressionWeight([expression!]) <= 8 ? 4 : 1,
    target: spec.target,
  };
  const chunk = chooseChunk(kept, reduced, vectors);
  if (!chunk) {
    const whole: Reduction = {
      ...common,
      inputCount: sources.length,
      addresses: addresses(operands),
      kept,
      reduced,
      chunk: null,
      expression: expression!,
      finish: spec.finish,
    };
    return { steps: [reduceStep(whole)] };
  }

  // Partial results lie in a workspace [chunks, ...kept].
  const sizes = [chunk.count, ...kept.map((axis) => axis.size)];
  const strides = contiguousStrides(sizes);
  const cut = reduced[chunk.axis]!;
  const withWorkspace = (axis: Axis, at: number): Axis => ({
    size: axis.size,
    strides: [...axis.strides.slice(0, sources.length), at < 0 ? 0 : strides[at]!],
  });
  const partial: Reduction = {
    ...common,
    inputCount: sources.length,
    addresses: [...addresses(sources), { buffer: "workspace", index: 0 }],
    kept: [
      {
        size: chunk.count,
        strides: [...cut.strides.slice(0, sources.length).map((stride) => stride * chunk.size), strides[0]!],
      },
      ...kept.map((axis, at) => withWorkspace(axis, at + 1)),
    ],
    reduced: reduced.map((axis, at) => withWorkspace(at === chunk.axis ? { ...axis, size: chunk.size } : axis, -1)),
    chunk: { axis: chunk.axis, last: cut.size - (chunk.count - 1) * chunk.size },
    expression: expression!,
    finish: input(0),
  };
  const ending = (axis: Axis, at: number): Axis => ({
    size: axis.size,
    strides: [strides[at]!, ...axis.strides.slice(sources.length)],
  });
  const endKept = kept.map((axis, at) => ending(axis, at + 1));
  const endReduced = [{ size: chunk.count, strides: [strides[0]!, ...ends.map(() => 0)] }];
  const combined: Reduction = {
    ...common,
    inputCount: 1,
    addresses: [{ buffer: "workspace", index: 0 }, ...addresses(ends)],
    kept: endKept,
    reduced: endReduced,
    vectors: chooseVectors(endKept, endReduced, 1),
    unroll: 4,
    chunk: null,
    expression: input(0),
    finish: spec.finish,
  };
  return { steps: [reduceStep(partial), reduceStep(combined)], workspaces: [numel(sizes) * 4] };
}

/**
 * Puts the axis along which vectors are cheapest last in its list and says in which list it is. The order of the other
 * axes, from mergeAxes, follows the first input's memory.
 */
function chooseVectors(kept: Axis[], reduced: Axis[], inputs: number): "kept" | "reduced" {
  let best = { cost: Number.POSITIVE_INFINITY, list: reduced, at: reduced.length - 1 };
  for (const list of [reduced, kept]) {
    for (let at = list.length - 1; at >= 0; at--) {
      const { size, strides } = list[at]!;
      let vectorCost = 1;
      for (const stride of strides.slice(0, inputs))
        vectorCost += { strided: 4, unit: 1, repeated: 0 }[accessOf(stride)];
      const cost = (vectorCost * Math.ceil(size / 4) + (list === kept ? 2 : 16)) / size;
      if (cost < best.cost) best = { cost, list, at };
    }
  }
  best.list.push(...best.list.splice(best.at, 1));
  return best.list === kept ? "kept" : "reduced";
}

/** Cuts the longest reduced axis so that a chunk is worth a piece. Null where one chunk does. */
function chooseChunk(
  kept: readonly Axis[],
  reduced: readonly Axis[],
  vectors: "kept" | "reduced",
): { axis: number; size: number; count: number } | null {
  const wanted =
    vectors === "reduced"
      ? chunkElements.reduced
      : Math.max(minimumRows, Math.ceil(chunkElements.kept / kept[kept.length - 1]!.size));
  let axis = 0;
  for (const [at, each] of reduced.entries()) if (each.size > reduced[axis]!.size) axis = at;
  const length = reduced[axis]!.size;
  const others = reduced.reduce((product, each) => product * each.size, 1) / Math.max(1, length);
  const size = Math.max(1, Math.ceil(wanted / Math.max(1, others)), Math.ceil(length / maximumChunks[vectors]));
  const count = Math.ceil(length / size);
  return count > 1 ? { axis, size, count } : null;
}
