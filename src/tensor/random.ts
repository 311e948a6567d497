import { Generator } from "../core/generator.ts";

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
