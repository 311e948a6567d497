import type { Reference } from "../../core/op.ts";
import { contiguousStrides, numel } from "../../core/shape.ts";
import { reductionIndex } from "../sum-expand/sum.reference.ts";

export const amaxReference: Reference = ([x], output, [type], _outputType, attributes) => {
  output.fill(Number.NEGATIVE_INFINITY);
  const indexOf = reductionIndex(type!.shape, attributes.dim as readonly number[]);
  for (let at = 0; at < x!.length; at++) {
    const to = indexOf(at);
    if (x![at]! > output[to]! || Number.isNaN(x![at]!)) output[to] = x![at]!;
  }
};

export const argmaxReference: Reference = ([x], output, [type], _outputType, attributes) => {
  const { shape } = type!;
  const dims = attributes.dim as readonly number[];
  const indexOf = reductionIndex(shape, dims);
  const step = dims.length === 1 ? contiguousStrides(shape)[dims[0]!]! : 1;
  const length = numel(dims.map((axis) => shape[axis]!));
  const best = new Float64Array(output.length);
  const seen = new Uint8Array(output.length);
  for (let at = 0; at < x!.length; at++) {
    const to = indexOf(at);
    if (seen[to] && !(x![at]! > best[to]! || (Number.isNaN(x![at]!) && !Number.isNaN(best[to]!)))) continue;
    seen[to] = 1;
    best[to] = x![at]!;
    output[to] = Math.floor(at / step) % length;
  }
};
