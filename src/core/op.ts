import type { Expression } from "./expression.ts";
import type { Node } from "./node.ts";
import type { DType, Shape, TensorType } from "./shape.ts";

/** What is fixed when a node is recorded, under PyTorch's names. Part of a plan's structure: never a changing number. */
export type AttributeValue = string | number | boolean | null | readonly number[] | readonly AttributeValue[];
export type Attributes = Readonly<Record<string, AttributeValue>>;

export type NumericArray = Float32Array | Float64Array | Int32Array;

/** Exact counts for one call of an op. `other` is by kind: exp, compare, divide… */
export interface Cost {
  readonly multiplications: number;
  readonly additions: number;
  readonly biasAdditions: number;
  readonly other: Readonly<Record<string, number>>;
  /**
   * Of these, what padding alone asks for: products with its zeros, products that a transposed convolution's padding crops,
   * and the additions of both. The rest is what is needed. Absent: nothing. An explicit padding (ZeroPad2d) is an op of its
   * own: what multiplies its zeros is not told apart.
   */
  readonly padded?: Readonly<{ multiplications: number; additions: number }>;
}

/** What a call of an op costs. Kept beside the op, in `ops/costs.ts`: it is needed to look at a network, not to run it. */
export type CostRule = (inputs: readonly TensorType[], output: TensorType, attributes: Attributes) => Cost;

/**
 * First and last index, inclusive and not clipped to the input, and how far apart the indices between them are: 1 where
 * left out. The first is above the last where there are none. `null`: the whole axis.
 */
export type Interval = readonly [first: number, last: number, step?: number] | null;

/**
 * The interval of input number `which` along `axis` (0: height, 1: width) that an output index depends on. Kept beside the
 * op, in `ops/windows.ts`; an op that isn't there depends on the whole input.
 */
export type WindowRule = (
  outputIndex: number,
  axis: 0 | 1,
  which: number,
  inputs: readonly TensorType[],
  output: TensorType,
  attributes: Attributes,
) => Interval;

/**
 * Plain loops over contiguous row-major arrays: the executable specification. Kept beside the op, in `ops/references.ts`:
 * a device with kernels of its own does without.
 */
export type Reference = (
  inputs: readonly NumericArray[],
  output: NumericArray,
  types: readonly TensorType[],
  outputType: TensorType,
  attributes: Attributes,
) => void;

interface OpBase {
  readonly name: string;
}

/** An op with loops of its own. The attributes that a room's recording function has filled in are complete. */
export interface PrimitiveOp extends OpBase {
  readonly kind: "primitive";
  /** A reduction over attribute `dim` (with `keepdim`): the engine fuses what is computed before and after into its pass. */
  readonly reduction?: "sum" | "max";
  /** @throws ShapeError: the only place where the rule is checked. */
  shape(inputs: readonly TensorType[], attributes: Attributes): Shape;
  /** float32 unless it says otherwise. */
  dtype?(inputs: readonly TensorType[], attributes: Attributes): DType;
  /** One gradient for each input, null where there is none. `needs[i]` false: not asked for. Absent: not differentiable. */
  gradient?(node: Node, gradOutput: Node, needs: readonly boolean[]): (Node | null)[];
}

/** An op on elements with the same index, after broadcasting: the engine fuses it with its neighbours. Its cost is that of its expression. */
export interface ElementwiseOp extends OpBase {
  readonly kind: "elementwise";
  readonly arity: number;
  dtype?(inputs: readonly TensorType[], attributes: Attributes): DType;
  expression(inputs: readonly Expression[], attributes: Attributes): Expression;
  gradient?(node: Node, gradOutput: Node, needs: readonly boolean[]): (Node | null)[];
}

/** A move of elements without computing: a view wherever the engine can make it one. Its gradient is another move or a sum. */
export interface MovementOp extends OpBase {
  readonly kind: "movement";
  shape(inputs: readonly TensorType[], attributes: Attributes): Shape;
  gradient(node: Node, gradOutput: Node, needs: readonly boolean[]): (Node | null)[];
  /**
   * The op as a strided view: given the strides and offset of its input, those of its output, or null where it can't be
   * one for these strides. `dims` of the result have the output's rank.
   */
  view(
    input: TensorType,
    strides: readonly number[],
    offset: number,
    output: TensorType,
    attributes: Attributes,
  ): { strides: number[]; offset: number } | null;
}

/** Where one input goes in the output: index i along an axis lands at offset + i · step. */
export interface Region {
  readonly offsets: readonly number[];
  readonly steps: readonly number[];
}

/** An op that puts its inputs, unchanged, into an output filled with `fill` (null: the inputs cover all of it). */
export interface PlacementOp extends OpBase {
  readonly kind: "placement";
  shape(inputs: readonly TensorType[], attributes: Attributes): Shape;
  gradient(node: Node, gradOutput: Node, needs: readonly boolean[]): (Node | null)[];
  placement(
    inputs: readonly TensorType[],
    output: TensorType,
    attributes: Attributes,
  ): {
    readonly fill: number | null;
    readonly regions: readonly Region[];
  };
}

/** An op made of others, recorded under its own name: analysis and formats see one node, gradient and plan its body. */
export interface CompositionOp extends OpBase {
  readonly kind: "composition";
  /** Shape and argument rules that the body alone would report badly. */
  check?(inputs: readonly TensorType[], attributes: Attributes): void;
  body(inputs: readonly Node[], attributes: Attributes): Node;
}

/** A leaf: numbers that come from outside the graph. */
export interface LeafOp extends OpBase {
  readonly kind: "leaf";
}

export type Op = PrimitiveOp | ElementwiseOp | MovementOp | PlacementOp | CompositionOp | LeafOp;

export const noCost: Cost = { multiplications: 0, additions: 0, biasAdditions: 0, other: {} };
