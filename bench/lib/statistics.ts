export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new Error("no values");
  const sorted = [...values].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)]!;
  return low + (sorted[Math.ceil(at)]! - low) * (at - Math.floor(at));
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The middle half's width as a share of the median: how much the rounds disagree. */
export function spread(values: readonly number[]): number {
  return (quantile(values, 0.75) - quantile(values, 0.25)) / median(values);
}

/** Rounds that disagree more than this say nothing about the engines. */
export const noisySpread = 0.15;

/** The largest difference of each part, as a share of the part's largest number in `expected`. */
export function relativeDifference(
  actual: Float32Array,
  expected: Float32Array,
  sizes: readonly number[] = [expected.length],
): number {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (actual.length !== total || expected.length !== total) return Number.POSITIVE_INFINITY;
  let worst = 0;
  let first = 0;
  for (const size of sizes) {
    let difference = 0;
    let largest = 0;
    for (let at = first; at < first + size; at++) {
      const each = Math.abs(actual[at]! - expected[at]!);
      // Not a number is further away than any number.
      if (!(each <= difference)) difference = Number.isNaN(each) ? Number.POSITIVE_INFINITY : each;
      largest = Math.max(largest, Math.abs(expected[at]!));
    }
    worst = Math.max(worst, difference === 0 ? 0 : difference / largest);
    first += size;
  }
  return worst;
}
