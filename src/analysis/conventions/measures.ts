import type { Node } from "../../core/node.ts";
import { numel } from "../../core/shape.ts";
import { families } from "../../ops/families.ts";

/** Elements that an op gives out. */
export const outputs = (node: Node): number => numel(node.shape);

/** Elements of an op's first input. */
export const inputs = (node: Node): number => numel(node.inputs[0]!.shape);

/**
 * Multiply-accumulates of convolutions and matrix products, 0 for others: terms of the sum times sums, padding included.
 * A transposed convolution has one for each weight and pixel of its *input* in reach of that weight, cropped or not.
 */
export function multiplyAccumulates({ op, inputs: [x, weight], attributes, shape }: Node): number {
  switch (families.get(op)) {
    case "convolution":
      return numel(shape) * numel(weight!.shape.slice(1));
    case "transposed convolution":
      return numel(x!.shape) * numel(weight!.shape.slice(1));
    case "linear":
      return numel(shape) * weight!.shape[1]!;
    case "matmul":
      return numel(shape) * x!.shape.at(attributes.transposeA === true ? -2 : -1)!;
    default:
      return 0;
  }
}

/** What tools count for a transposed convolution that treat it as a convolution: weights times *output* pixels. */
export function overOutputPixels({ inputs: [, weight], shape }: Node): number {
  return (numel(weight!.shape) * numel(shape)) / shape[1]!;
}

/** One for each output of a convolution or matrix product with a bias. */
export function biasAdditions(node: Node): number {
  return hasBias(node) ? outputs(node) : 0;
}

/** The ops that take their bias as a third input. */
export function hasBias({ op, inputs }: Node): boolean {
  return inputs.length === 3 && sums.has(families.get(op));
}

const sums = new Set<string | undefined>(["convolution", "transposed convolution", "linear", "matmul"]);

/** Batch norm by known statistics: a multiplication and an addition where it has weights, one operation where not. */
export const affineTimes = (node: Node, withWeights: number, without: number): number =>
  inputs(node) * (node.attributes.affine === true ? withWeights : without);

/** Elements of a pooling's window. */
export function windowSize({ attributes }: Node): number {
  return numel(attributes.kernelSize as readonly number[]);
}

/** Height times width that an upsampling is asked for; null where it is given a factor. */
export function wantedPixels({ attributes }: Node): number | null {
  const size = attributes.size as readonly number[] | null;
  return size ? numel(size) : null;
}
