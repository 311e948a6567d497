/** Value at `share` of the sorted values, between neighbours where it falls between. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)]!;
  return low + (sorted[Math.ceil(at)]! - low) * (at - Math.floor(at));
}

/** The middle half's width as a part of the median: how much runs disagree. */
export function spread(values: readonly number[]): number {
  return (quantile(values, 0.75) - quantile(values, 0.25)) / quantile(values, 0.5);
}

/** The items of the middle half by `size`: of 4 the inner 2, and of up to 2 all. Their mean adds up, unlike medians. */
export function middleHalf<T>(items: readonly T[], size: (item: T) => number): T[] {
  const sorted = [...items].sort((a, b) => size(a) - size(b));
  const cut = items.length < 3 ? 0 : Math.max(1, Math.floor(items.length / 4));
  return sorted.slice(cut, sorted.length - cut);
}
