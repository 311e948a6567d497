import { unknownNode } from "../../../core/gap.ts";
import { dataOp, Node, watchRecording } from "../../../core/node.ts";
import { numel, type Shape } from "../../../core/shape.ts";
import { evaluate } from "../../../devices/reference/evaluate.ts";
import * as ops from "../../../ops/index.ts";
import { Tensor } from "../../../tensor/index.ts";

/** What the numbers of a value are in the file: sizes and positions are whole numbers, which divide and round as such. */
export type Kind = "float" | "int" | "bool";

/** What a name of an ONNX graph stands for while it is recorded. */
export interface Value {
  readonly kind: Kind;
  /** ONNX's number of the element type, where the file tells it: some operators round, wrap or cut off by it. */
  readonly type?: number | undefined;
  readonly tensor: Tensor;
  /** Numbers that are known before anything runs (sizes, axes, constants); null for what is computed, and for parameters. */
  readonly numbers: Float64Array | null;
  /** Comes from an operator that is not known, and so does its shape: what stands for it. */
  readonly unknown?: Node;
}

/** The node of a graph that a value is, or that stands for it where its shape is not known. */
export const nodeOf = (value: Value): Node => value.unknown ?? value.tensor.node;

/** The numbers of leaves that stand for known values: sizes may be above what float32 holds exactly. */
const exact = new WeakMap<Node, Float64Array>();

/** A value of known numbers. */
export function known(numbers: readonly number[] | Float64Array, shape: Shape, kind: Kind, type?: number): Value {
  const values = numbers instanceof Float64Array ? numbers : Float64Array.from(numbers);
  let tensor: Tensor | null = null;
  return {
    kind,
    type,
    numbers: values,
    get tensor() {
      tensor ??= new Tensor(leaf(values, shape));
      return tensor;
    },
  };
}

export const computed = (tensor: Tensor, kind: Kind = "float", type?: number): Value => ({
  kind,
  type,
  tensor,
  numbers: null,
});

/** A single number becomes a part of the expression that it is used in. */
function leaf(numbers: Float64Array, shape: Shape): Node {
  if (shape.length === 0) return ops.constant(numbers[0]!);
  let data: Float32Array | null = null;
  const source = {
    kind: "data" as const,
    get data() {
      data ??= Float32Array.from(numbers);
      return data;
    },
  };
  const node = new Node(dataOp, [], {}, shape, "float32", source);
  exact.set(node, numbers);
  return node;
}

/** A value of more numbers can't be known. */
export const mostKnown = 2 ** 16;
/** Larger results are computed when the network runs. */
const mostFolded = 2 ** 14;

/**
 * Records on known values and works the results out at once: sizes are then numbers for what follows. Each result is
 * rounded to what the file's type holds. What is too large stays recorded.
 */
export function fold(record: () => readonly Value[]): readonly Value[] {
  let recorded: readonly Value[] = [];
  // Not among what the network records: it is no work of a run.
  const { error } = watchRecording(() => {
    recorded = record();
  });
  if (error !== null) throw error;
  return recorded.map((value) => {
    if (value.numbers || numel(value.tensor.shape) > mostFolded) return value;
    const [numbers] = evaluate([value.tensor.node], numbersOf, "float64");
    const round = value.kind === "float" ? Math.fround : Math.trunc;
    return known(Float64Array.from(numbers!, round), value.tensor.shape, value.kind, value.type);
  });
}

function numbersOf(node: Node): Float64Array | Float32Array | Int32Array {
  const numbers = exact.get(node);
  if (numbers) return numbers;
  if (node.source?.kind !== "data") throw new TypeError("a known value depends on numbers that are not known");
  return node.source.data;
}

/** What comes from an operator that is not known: of this shape, or of none that is known. */
export function unknownValue(shape: Shape | null, kind: Kind): Value {
  if (shape) return computed(new Tensor(unknownNode(shape)), kind);
  return {
    kind,
    numbers: null,
    unknown: unknownNode([]),
    get tensor(): Tensor {
      throw new TypeError("the shape behind an unknown operator was asked for");
    },
  };
}
