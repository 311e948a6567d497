import { type Expression, expressionKey } from "../../core/expression.ts";
import type { Argument, KernelStep, Target } from "../../core/kernel.ts";
import { FunctionBuilder } from "./assembler.ts";
import { encodeModule } from "./module.ts";
import { accessOf, RowOperand } from "./operand.ts";
import { blockVectors, ReduceCode } from "./reduce-code.ts";
import { ArgumentList, emitRows, nestArguments } from "./rows.ts";

export type ReduceOperator = "sum" | "max";

/** One axis of the walk: its size, and the stride of each operand along it in elements. */
export interface Axis {
  readonly size: number;
  readonly strides: readonly number[];
}

/** A reduction whose loops are settled. Operands are the inputs, the output, the inputs of `finish`. */
export interface Reduction {
  readonly label: string;
  readonly operator: ReduceOperator;
  readonly inputCount: number;
  readonly addresses: readonly Argument[];
  readonly kept: readonly Axis[];
  readonly reduced: readonly Axis[];
  /** Vectors lie along the last kept axis or along the last reduced one. */
  readonly vectors: "kept" | "reduced";
  /** Kept axis 0 counts chunks of reduced axis `axis`; the last chunk has `last` of its indices. */
  readonly chunk: { readonly axis: number; readonly last: number } | null;
  readonly expression: Expression;
  readonly finish: Expression;
  /** Copies of `expression` with an accumulator each, where vectors lie along the reduced axis. */
  readonly unroll: number;
  readonly target: Target;
}

const pieceElements = 32768;

/** The step for one reduction: a unit of work is one kept element, or a block of 16 along the last kept axis. */
export function reduceStep(reduction: Reduction): KernelStep {
  const { kept, reduced, vectors, inputCount, target } = reduction;
  const blocked = vectors === "kept";
  const block = blockVectors * 4;
  const inner = blocked ? kept[kept.length - 1]! : reduced[reduced.length - 1]!;
  const axes = blocked
    ? [
        ...kept.slice(0, -1),
        { size: Math.ceil(inner.size / block), strides: inner.strides.map((each) => each * block) },
      ]
    : kept;
  const list = new ArgumentList();
  const perUnit = reduced.reduce((product, axis) => product * axis.size, blocked ? block : 1);
  const unitsPerPiece = Math.max(1, Math.floor(pieceElements / Math.max(1, perUnit)));
  const nest = {
    sizes: axes.map((axis) => axis.size),
    operands: reduction.addresses.map((address, which) => ({
      address,
      strides: axes.map((axis) => axis.strides[which]!),
    })),
  };
  const nestOffsets = nestArguments(list, nest, unitsPerPiece);
  const layout: ReduceArguments = {
    nest: nestOffsets,
    sizes: reduced.map((axis) => list.add(axis.size)),
    strides: reduced.map((axis) => axis.strides.slice(0, inputCount).map((stride) => list.add(stride * 4))),
    inner: inner.strides.map((stride) => list.add(stride * 4)),
    lastChunk: list.add(reduction.chunk?.last ?? 0),
    lastBlock: list.add(blocked ? inner.size - (axes[axes.length - 1]!.size - 1) * block : 1),
  };
  const accesses = inner.strides.map((stride, which) => {
    const access = accessOf(stride);
    return which === inputCount && access === "repeated" ? "strided" : access;
  });
  const shape = [vectors, kept.length, reduced.length, reduction.chunk?.axis ?? "whole", reduction.unroll];
  const used = accesses.map((access) => access[0]).join("");
  const units = nest.sizes.reduce((product, size) => product * size, 1);
  return {
    label: reduction.label,
    key: [
      `reduce ${reduction.operator} ${shape.join(" ")}`,
      `${blocked ? used : used.slice(0, inputCount)} ${target.fusedMultiplyAdd} ${inputCount} ${reduction.addresses.length}`,
      expressionKey([reduction.expression]),
      expressionKey([reduction.finish]),
    ].join("|"),
    emit: () => {
      const f = new FunctionBuilder("run", ["i32", "i32", "i32", "i32"]);
      const operands = accesses.map(
        (access, which) => new RowOperand(f, blocked || which < inputCount ? access : "repeated"),
      );
      const code = new ReduceCode(f, reduction, layout, operands);
      emitRows(f, f.parameters[0]!, [f.parameters[1]!, f.parameters[2]!], nestOffsets, (pointers, indices) =>
        code.unit(pointers, indices),
      );
      return encodeModule([f], target.memory);
    },
    arguments: list.words,
    pieces: Math.ceil(units / unitsPerPiece),
  };
}

/** Byte offsets in the argument block. */
export interface ReduceArguments {
  readonly nest: ReturnType<typeof nestArguments>;
  readonly sizes: readonly number[];
  readonly strides: readonly (readonly number[])[];
  readonly inner: readonly number[];
  readonly lastChunk: number;
  readonly lastBlock: number;
}
