import { Generator } from "../../core/generator.ts";

/** Choices that a seed and a number decide. */
export class Random {
  readonly #generator: Generator;

  constructor(seed: number, index: number) {
    this.#generator = new Generator(seed * 0x100000000 + index);
  }

  /** From 0 to below `end`. */
  below(end: number): number {
    return Math.floor(this.#generator.uniform() * end);
  }

  chance(part: number): boolean {
    return this.#generator.uniform() < part;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!;
  }
}

/** Whole numbers at which readers go wrong: ends of types, and sizes that nothing has. */
export const whole: readonly bigint[] = [
  ...[
    0n,
    1n,
    2n,
    3n,
    7n,
    15n,
    63n,
    64n,
    65n,
    100n,
    127n,
    128n,
    255n,
    256n,
    1000n,
    4096n,
    32767n,
    32768n,
    65535n,
    65536n,
  ],
  ...[
    1_000_000n,
    2n ** 24n,
    2n ** 31n - 1n,
    2n ** 31n,
    2n ** 32n - 1n,
    2n ** 32n,
    2n ** 40n,
    2n ** 53n - 1n,
    2n ** 53n,
  ],
  ...[2n ** 60n, 2n ** 62n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n],
  ...[-1n, -2n, -3n, -128n, -65536n, -(2n ** 31n), -(2n ** 53n), -(2n ** 60n), -(2n ** 63n)],
];
