import { philox, toUniform } from "../../core/generator.ts";
import type { Reference } from "../../core/op.ts";

export const uniformReference: Reference = ([stream], output) => {
  const seed = join(stream![0]!, stream![1]!);
  const counter = join(stream![2]!, stream![3]!);
  const words = new Uint32Array(4);
  for (let at = 0; at < output.length; at++) {
    if (at % 4 === 0) philox(seed, counter + at / 4, words);
    output[at] = toUniform(words[at % 4]!);
  }
};

function join(low: number, high: number): number {
  return (low >>> 0) + (high >>> 0) * 2 ** 32;
}
