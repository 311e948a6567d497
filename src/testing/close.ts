const unit = 2 ** -24;

/**
 * Throws unless the numbers agree as well as two float32 sums of `terms` products can: to 4 · √terms units in the last
 * place of the largest expected number, or of `term`, the largest of the products, where they cancel (the error of a sum
 * in any order grows like the root of its length).
 */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { terms = 1, term = 0 } = {},
): void {
  if (actual.length !== expected.length) {
    throw new Error(`${actual.length} numbers, expected ${expected.length}`);
  }
  let scale = term;
  for (let at = 0; at < expected.length; at++) scale = Math.max(scale, Math.abs(expected[at]!));
  const tolerance = 4 * unit * Math.sqrt(terms) * scale;
  for (let at = 0; at < expected.length; at++) {
    const difference = Math.abs(actual[at]! - expected[at]!);
    if (!(difference <= tolerance)) {
      throw new Error(`[${at}] is ${actual[at]}, expected ${expected[at]}: off by ${difference}, allowed ${tolerance}`);
    }
  }
}
