import { ArgumentError } from "../../core/errors.ts";
import { dataNode, type Node, record } from "../../core/node.ts";
import type { PrimitiveOp } from "../../core/op.ts";
import { numel, type Shape } from "../../core/shape.ts";

/**
 * Attribute: `shape`. Input: int32 [4], the low and high words of seed and counter (each below 2^53). Element 4i + j is
 * word j of philox(seed, counter + i) as a number in [0, 1).
 */
export const uniformOp: PrimitiveOp = {
  kind: "primitive",
  name: "uniform",
  shape: (_inputs, attributes) => attributes.shape as Shape,
  gradient: () => [null],
};

/** Blocks of the counter that `uniform` of this shape uses up: what to reserve from a Generator. */
export function uniformBlocks(shape: Shape): number {
  return Math.ceil(numel(shape) / 4);
}

/**
 * Numbers in [0, 1) of 24 bits that depend on seed and counter alone. They are an input, not structure: a plan serves
 * every counter.
 * @param stream what `Generator.reserve(uniformBlocks(shape))` gives.
 * @throws ArgumentError unless seed and counter are integers from 0 to 2^53 - 1.
 * @example
 * import { Generator } from "../../core/generator.ts";
 * const generator = new Generator(7);
 * uniform([2, 3], generator.reserve(uniformBlocks([2, 3]))).shape; // [2, 3]
 */
export function uniform(shape: Shape, stream: { readonly seed: number; readonly counter: number }): Node {
  const words = new Int32Array(4);
  for (const [index, name] of (["seed", "counter"] as const).entries()) {
    const value = stream[name];
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new ArgumentError(`uniform: needs a ${name} that is an integer from 0 to 2^53 - 1, got ${value}`);
    }
    // A value over 2^31 wraps when it is stored: the low bits are what counts.
    words[2 * index] = value;
    words[2 * index + 1] = Math.floor(value / 2 ** 32);
  }
  return record(uniformOp, [dataNode(words, [4])], { shape: [...shape] });
}
