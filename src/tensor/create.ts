import { ArgumentError } from "../core/errors.ts";
import { dataOp, Node } from "../core/node.ts";
import { numel, type Shape } from "../core/shape.ts";
import * as ops from "../ops/index.ts";
import { defaultGenerator, drawNormal } from "./random.ts";
import { Tensor } from "./tensor.ts";

/** A tensor of one value, which takes no memory. */
export function full(shape: Shape, value: number): Tensor {
  return new Tensor(ops.full(shape, value));
}

/**
 * @example
 * import { zeros } from "convsmith";
 * console.log(zeros([2, 3]).shape); // [2, 3]
 */
export const zeros = (shape: Shape): Tensor => full(shape, 0);
export const ones = (shape: Shape): Tensor => full(shape, 1);

/** start, start + step, … before `end`, as float32. @throws ArgumentError for a step that never gets there. */
export function arange(start: number, end: number, step = 1): Tensor {
  const count = Math.ceil((end - start) / step);
  if (!(count >= 0 && Number.isFinite(count))) {
    throw new ArgumentError(`arange: needs a step that leads from ${start} to ${end}, got ${step}`);
  }
  return leaf([count], () => Float32Array.from({ length: count }, (_, index) => start + index * step));
}

/** Uniform in [0, 1). Its place in the random stream is taken now, so that it is the same however often it is computed. */
export function rand(shape: Shape): Tensor {
  return new Tensor(ops.uniform(shape, defaultGenerator().reserve(ops.uniformBlocks(shape))));
}

/** Normal with mean 0 and deviation 1. Its place in the random stream is taken now, the numbers are made when they are first read. */
export function randn(shape: Shape): Tensor {
  return leaf(shape, drawNormal(numel(shape)));
}

function leaf(shape: Shape, make: () => Float32Array): Tensor {
  let numbers: Float32Array | null = null;
  const source = {
    kind: "data" as const,
    get data() {
      numbers ??= make();
      return numbers;
    },
  };
  return new Tensor(new Node(dataOp, [], {}, shape, "float32", source));
}

/** Joins tensors along a dimension in which alone their sizes may differ. @throws ShapeError */
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  return new Tensor(ops.cat(nodes(tensors), dim));
}

/** Joins tensors of one shape along a new dimension. @throws ShapeError */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  return new Tensor(ops.stack(nodes(tensors), dim));
}

/** Parts of `size` elements along `dim` (the last may be smaller), or of the sizes given. @throws ShapeError */
export function split(x: Tensor, size: number | readonly number[], dim = 0): Tensor[] {
  return ops.split(x.node, size, dim).map((node) => new Tensor(node));
}

/** At most `chunks` parts of equal size along `dim`. @throws ShapeError */
export function chunk(x: Tensor, chunks: number, dim = 0): Tensor[] {
  return ops.chunk(x.node, chunks, dim).map((node) => new Tensor(node));
}

const nodes = (tensors: readonly Tensor[]) => tensors.map((each) => each.node);
