import { ShapeError } from "../../core/errors.ts";
import { areSizes } from "../../core/shape.ts";
import { type AxisRule, type Term, weightRules } from "./weights.ts";

/**
 * A linear map along one axis, as attributes: [kind, input size, output size, …numbers of the kind].
 * Kinds: identity; nearest (scale); bilinear and bicubic (scale, alignCorners), scale 0 meaning "from the sizes";
 * resize (scale, mode, coordinates, rounding, cubic coefficient, excludeOutside, antialias, start, end: ONNX's names); pool (kernel, stride, padding, divisor: "include", "exclude" or a number; dilation); adaptive; reflect, replicate and wrap (before); flip.
 */
export type AxisMap = readonly [kind: string, inputSize: number, outputSize: number, ...(number | string | boolean)[]];

/** The map as a sparse matrix by rows: output i is Σ weights[t] · input[indices[t]], t from starts[i] to starts[i + 1]. */
export interface AxisTable {
  readonly inputSize: number;
  readonly outputSize: number;
  readonly starts: Int32Array;
  readonly indices: Int32Array;
  readonly weights: Float64Array;
}

export const identityMap = (size: number): AxisMap => ["identity", size, size];

/** More would take seconds to go through. */
const mostPixels = 2 ** 21;

/** How a map's outputs are summed. @throws ShapeError for sizes that no map has, or more pixels than can be gone through. */
export function ruleOf([kind, inputSize, outputSize, ...numbers]: AxisMap): AxisRule {
  if (!areSizes([inputSize, outputSize], mostPixels)) {
    throw new ShapeError(kind, `needs at most ${mostPixels} pixels along an axis`, { inputSize, outputSize });
  }
  return weightRules[kind]!(inputSize, outputSize, numbers);
}

/** Goes through the terms of an output by rising index: those of one input are summed, those that are 0 are left out. */
export function rowsOf(map: AxisMap): (output: number, term: Term) => void {
  const terms = ruleOf(map);
  return (output, term) => {
    let last = -1;
    let sum = 0;
    terms(output, (index, weight) => {
      if (index !== last && sum !== 0) term(last, sum);
      sum = index === last ? sum + weight : weight;
      last = index;
    });
    if (sum !== 0) term(last, sum);
  };
}

const tables = new Map<string, AxisTable>();
const cachedTables = 64;

/** The table of a map, or of its transpose. Weights that are 0 are left out, those of one input are summed. */
export function axisTable(map: AxisMap, transposed = false): AxisTable {
  const key = `${transposed} ${map.join(" ")}`;
  let table = tables.get(key);
  if (!table) {
    table = transposed ? transpose(axisTable(map)) : build(map);
    if (tables.size >= cachedTables) tables.delete(tables.keys().next().value!);
    tables.set(key, table);
  }
  return table;
}

function build(map: AxisMap): AxisTable {
  const [, inputSize, outputSize] = map;
  const row = rowsOf(map);
  const starts = new Int32Array(outputSize + 1);
  const indices: number[] = [];
  const weights: number[] = [];
  for (let output = 0; output < outputSize; output++) {
    row(output, (index, weight) => {
      indices.push(index);
      weights.push(weight);
    });
    starts[output + 1] = indices.length;
  }
  return { inputSize, outputSize, starts, indices: Int32Array.from(indices), weights: Float64Array.from(weights) };
}

function transpose({ inputSize, outputSize, starts, indices, weights }: AxisTable): AxisTable {
  const rows = new Int32Array(inputSize + 1);
  for (const index of indices) rows[index + 1]!++;
  for (let row = 0; row < inputSize; row++) rows[row + 1]! += rows[row]!;
  const next = rows.slice();
  const columns = new Int32Array(indices.length);
  const values = new Float64Array(indices.length);
  for (let output = 0; output < outputSize; output++) {
    for (let term = starts[output]!; term < starts[output + 1]!; term++) {
      const at = next[indices[term]!]!++;
      columns[at] = output;
      values[at] = weights[term]!;
    }
  }
  return { inputSize: outputSize, outputSize: inputSize, starts: rows, indices: columns, weights: values };
}
