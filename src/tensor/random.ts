import { Generator, philox, toUniform } from "../core/generator.ts";

let generator = new Generator(0);

/** Seeds everything random that is recorded from now on: initial parameters, dropout. The seed is 0 where none is given. */
export function manualSeed(seed: number): void {
  generator = new Generator(seed);
}

/** The generator that layers and ops draw from. */
export function defaultGenerator(): Generator {
  return generator;
}

/** Draws from another generator while `body` records, and then from this one again. */
export function withGenerator<T>(other: Generator, body: () => T): T {
  const kept = generator;
  generator = other;
  try {
    return body();
  } finally {
    generator = kept;
  }
}

/** Takes the place of `count` numbers in the random stream now; each call of the result makes them, uniform in [0, 1), the same every time. */
export function drawUniform(count: number): () => Float32Array {
  const { seed, counter } = generator.reserve(Math.ceil(count / 4));
  return () => {
    const words = new Uint32Array(4);
    const numbers = new Float32Array(count);
    for (let at = 0; at < count; at++) {
      if (at % 4 === 0) philox(seed, counter + at / 4, words);
      numbers[at] = toUniform(words[at % 4]!);
    }
    return numbers;
  };
}

/** As drawUniform, normal with mean 0 and deviation 1 (Box and Muller, "A note on the generation of random normal deviates", 1958). */
export function drawNormal(count: number): () => Float32Array {
  const draw = drawUniform(count + (count % 2));
  return () => {
    const pairs = draw();
    for (let at = 0; at < pairs.length; at += 2) {
      // 1 - u is in (0, 1], so that the logarithm is finite.
      const radius = Math.sqrt(-2 * Math.log(1 - pairs[at]!));
      const angle = 2 * Math.PI * pairs[at + 1]!;
      pairs[at] = radius * Math.cos(angle);
      pairs[at + 1] = radius * Math.sin(angle);
    }
    return pairs.subarray(0, count);
  };
}
