import { ArgumentError, ConvsmithError } from "../core/errors.ts";
import { dataNode, type Node } from "../core/node.ts";
import { copyOf, type DType, numel, type Shape } from "../core/shape.ts";
import * as ops from "../ops/index.ts";
import { recordBackward } from "./backward.ts";
import { engine } from "./engine.ts";

/** A tensor, or a number that broadcasts against one. */
export type Operand = Tensor | number;

/**
 * A value in a graph: its shape is known, its numbers are computed when somebody asks for them. Methods record, and
 * never compute; `data()` and `item()` run. Nothing has to be freed.
 * @example
 * import { tensor } from "convsmith";
 * const x = tensor([1, 2, 3, 4], [2, 2]);
 * console.log(await x.mul(2).add(1).data()); // Float32Array [3, 5, 7, 9]
 */
export class Tensor {
  readonly #node: Node | null;

  constructor(node: Node | null) {
    this.#node = node;
  }

  /** The graph's node: for code that walks graphs. */
  get node(): Node {
    return this.#node!;
  }

  get shape(): Shape {
    return this.node.shape;
  }

  get dtype(): DType {
    return this.node.dtype;
  }

  /** The number of dimensions. */
  get dim(): number {
    return this.shape.length;
  }

  /** The number of elements. */
  get numel(): number {
    return numel(this.shape);
  }

  /** A copy of the numbers, row-major. Runs what is needed. */
  async data(): Promise<Float32Array | Int32Array> {
    const [values] = await engine().values([this.node]);
    return copyOf(values!);
  }

  /**
   * The numbers themselves, row-major, for large results that are used once: no copy is made, and the tensor forgets them.
   * What uses it later computes them again, or throws a StaleTensorError where a parameter has changed since.
   * @example
   * import { tensor } from "convsmith";
   * console.log(await tensor([1, 2]).mul(3).take()); // Float32Array [3, 6]
   */
  take(): Promise<Float32Array | Int32Array> {
    return engine().take(this.node);
  }

  /** The number of a tensor that has one. @throws ConvsmithError for any other. */
  async item(): Promise<number> {
    if (this.numel !== 1)
      throw new ConvsmithError(
        `item: needs a tensor of one element, got shape [${this.shape.join(", ")}]. Use data().`,
      );
    return (await this.data())[0]!;
  }

  /** Keeps the value readable after the cells that it depends on have changed. */
  keep(): this {
    engine().keep(this.node);
    return this;
  }

  /** The same numbers, through which no gradient flows. */
  detach(): Tensor {
    return new Tensor(ops.detach(this.node));
  }

  /**
   * Adds the gradients of this tensor to every parameter that it depends on and that requires one; nothing is computed
   * yet. @param gradient weights the elements; a tensor of one element needs none.
   * @throws ConvsmithError without `gradient` for a tensor of several elements; StaleTensorError where a parameter has changed since.
   */
  backward(gradient?: Tensor): void {
    recordBackward(this, gradient);
  }

  add(other: Operand): Tensor {
    return this.#binary(ops.add, other);
  }

  sub(other: Operand): Tensor {
    return this.#binary(ops.sub, other);
  }

  mul(other: Operand): Tensor {
    return this.#binary(ops.mul, other);
  }

  div(other: Operand): Tensor {
    return this.#binary(ops.div, other);
  }

  pow(exponent: Operand): Tensor {
    return new Tensor(ops.pow(this.node, typeof exponent === "number" ? exponent : exponent.node));
  }

  maximum(other: Operand): Tensor {
    return this.#binary(ops.maximum, other);
  }

  minimum(other: Operand): Tensor {
    return this.#binary(ops.minimum, other);
  }

  /** 1 where equal, else 0, as float32; so are all comparisons. */
  eq(other: Operand): Tensor {
    return this.#binary(ops.eq, other);
  }

  ne(other: Operand): Tensor {
    return this.#binary(ops.ne, other);
  }

  lt(other: Operand): Tensor {
    return this.#binary(ops.lt, other);
  }

  le(other: Operand): Tensor {
    return this.#binary(ops.le, other);
  }

  gt(other: Operand): Tensor {
    return this.#binary(ops.gt, other);
  }

  ge(other: Operand): Tensor {
    return this.#binary(ops.ge, other);
  }

  neg(): Tensor {
    return new Tensor(ops.neg(this.node));
  }

  abs(): Tensor {
    return new Tensor(ops.abs(this.node));
  }

  sign(): Tensor {
    return new Tensor(ops.sign(this.node));
  }

  exp(): Tensor {
    return new Tensor(ops.exp(this.node));
  }

  log(): Tensor {
    return new Tensor(ops.log(this.node));
  }

  sqrt(): Tensor {
    return new Tensor(ops.sqrt(this.node));
  }

  relu(): Tensor {
    return new Tensor(ops.relu(this.node));
  }

  tanh(): Tensor {
    return new Tensor(ops.tanh(this.node));
  }

  sigmoid(): Tensor {
    return new Tensor(ops.sigmoid(this.node));
  }

  silu(): Tensor {
    return new Tensor(ops.silu(this.node));
  }

  gelu(options: { approximate?: "none" | "tanh" } = {}): Tensor {
    return new Tensor(ops.gelu(this.node, options));
  }

  /** e^x / Σ e^x along `dim`, without overflow. */
  softmax(dim: number): Tensor {
    return new Tensor(ops.softmax(this.node, dim));
  }

  logSoftmax(dim: number): Tensor {
    return new Tensor(ops.logSoftmax(this.node, dim));
  }

  /** The matrix product of the last two dimensions; those before them broadcast. */
  matmul(other: Tensor): Tensor {
    return new Tensor(ops.matmul(this.node, other.node));
  }

  floor(): Tensor {
    return new Tensor(ops.floor(this.node));
  }

  clamp(options: { min?: number; max?: number }): Tensor {
    return new Tensor(ops.clamp(this.node, options));
  }

  /** Values from `a` where this mask is not 0, from `b` elsewhere. */
  where(a: Operand, b: Operand): Tensor {
    return new Tensor(ops.where(this.node, operand(a), operand(b)));
  }

  sum(dim?: number | readonly number[], keepdim = false): Tensor {
    return new Tensor(ops.sum(this.node, list(dim), keepdim));
  }

  mean(dim?: number | readonly number[], keepdim = false): Tensor {
    return new Tensor(ops.mean(this.node, list(dim), keepdim));
  }

  amax(dim?: number | readonly number[], keepdim = false): Tensor {
    return new Tensor(ops.amax(this.node, list(dim), keepdim));
  }

  var(dim?: number | readonly number[], options: { unbiased?: boolean; keepdim?: boolean } = {}): Tensor {
    return new Tensor(ops.variance(this.node, list(dim), options));
  }

  std(dim?: number | readonly number[], options: { unbiased?: boolean; keepdim?: boolean } = {}): Tensor {
    return new Tensor(ops.std(this.node, list(dim), options));
  }

  /** The elements at `index` (int32) along `dim`. */
  gather(dim: number, index: Tensor): Tensor {
    return new Tensor(ops.gather(this.node, dim, index.node));
  }

  /** Adds the elements of `source` at `index` (int32) along `dim`. */
  scatterAdd(dim: number, index: Tensor, source: Tensor): Tensor {
    return new Tensor(ops.scatterAdd(this.node, dim, index.node, source.node));
  }

  /** int32 indices of the first largest element along `dim`, or of the flattened tensor. */
  argmax(dim?: number, keepdim = false): Tensor {
    return new Tensor(ops.argmax(this.node, dim, keepdim));
  }

  /** The same elements, in order, under another shape; one size may be -1. */
  reshape(...shape: number[] | [readonly number[]]): Tensor {
    return new Tensor(ops.reshape(this.node, flat(shape)));
  }

  flatten(startDim = 0, endDim = -1): Tensor {
    return new Tensor(ops.flatten(this.node, startDim, endDim));
  }

  squeeze(dim?: number): Tensor {
    return new Tensor(ops.squeeze(this.node, dim ?? null));
  }

  unsqueeze(dim: number): Tensor {
    return new Tensor(ops.unsqueeze(this.node, dim));
  }

  permute(...dims: number[] | [readonly number[]]): Tensor {
    return new Tensor(ops.permute(this.node, flat(dims)));
  }

  transpose(dim0: number, dim1: number): Tensor {
    return new Tensor(ops.transpose(this.node, dim0, dim1));
  }

  expand(...shape: number[] | [readonly number[]]): Tensor {
    return new Tensor(ops.expand(this.node, flat(shape)));
  }

  /** Elements start, start + step, … before `end` along `dim`; negative positions count from the end. */
  slice(dim: number, start = 0, end: number | null = null, step = 1): Tensor {
    return new Tensor(ops.slice(this.node, dim, start, end, step));
  }

  narrow(dim: number, start: number, length: number): Tensor {
    return new Tensor(ops.narrow(this.node, dim, start, length));
  }

  to(dtype: DType): Tensor {
    return new Tensor(ops.cast(this.node, dtype));
  }

  toString(): string {
    return `Tensor([${this.shape.join(", ")}], ${this.dtype})`;
  }

  #binary(op: (a: Node, b: Node) => Node, other: Operand): Tensor {
    return new Tensor(op(this.node, operand(other)));
  }
}

/** A number becomes an argument of the plan: another number needs no other plan. */
export function operand(value: Operand): Node {
  return typeof value === "number" ? dataNode(new Float32Array([value]), []) : value.node;
}

/** Sizes given one by one or as one array. */
function flat(sizes: readonly number[] | readonly [readonly number[]]): readonly number[] {
  const [first] = sizes;
  return typeof first === "object" ? first : (sizes as readonly number[]);
}

function list(dim: number | readonly number[] | undefined): readonly number[] | undefined {
  return typeof dim === "number" ? [dim] : dim;
}

/** Numbers, or nested lists of them. */
export type Nested = number | readonly Nested[];

/**
 * A tensor of these numbers, which are copied. Without `shape`: that of the nested list, or one dimension.
 * @throws ArgumentError when the count does not fit the shape, or nested lists are ragged.
 * @example
 * import { tensor } from "convsmith";
 * console.log(tensor([[1, 2], [3, 4]]).shape); // [2, 2]
 */
export function tensor(
  data: Nested | Float32Array | Float64Array | Int32Array | Uint8Array,
  shape?: Shape,
  options: { dtype?: DType } = {},
): Tensor {
  const integer = data instanceof Int32Array;
  const dtype = options.dtype ?? (integer ? "int32" : "float32");
  const flat: number[] = [];
  const nestedShape = ArrayBuffer.isView(data) || typeof data === "number" ? null : measure(data as readonly Nested[]);
  let source: ArrayLike<number>;
  if (ArrayBuffer.isView(data)) source = data;
  else {
    collect(data, flat);
    source = flat;
  }
  const size = shape ?? nestedShape ?? (typeof data === "number" ? [] : [source.length]);
  if (size.some((each) => !Number.isInteger(each) || each < 0) || numel(size) !== source.length) {
    throw new ArgumentError(
      `tensor: ${source.length} numbers don't fill shape [${size.join(", ")}]. Give a shape of ${source.length} elements.`,
    );
  }
  return new Tensor(dataNode(dtype === "int32" ? new Int32Array(source) : new Float32Array(source), size));
}

function measure(data: readonly Nested[]): number[] {
  const first = data[0];
  return [data.length, ...(Array.isArray(first) ? measure(first) : [])];
}

function collect(data: Nested, out: number[]): void {
  if (typeof data === "number") out.push(data);
  else {
    const lengths = new Set(data.map((each) => (typeof each === "number" ? -1 : each.length)));
    if (lengths.size > 1)
      throw new ArgumentError("tensor: nested lists have different lengths. Make every row the same length.");
    for (const each of data) collect(each, out);
  }
}
