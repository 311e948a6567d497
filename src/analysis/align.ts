/** One step of an alignment: an item of each list, or of one where the other has none that fits. */
export interface Aligned<T> {
  readonly a: T | null;
  readonly b: T | null;
}

/**
 * Puts two lists beside each other, both in their order, so that the sum of `likeness` over the pairs is the largest
 * (Needleman and Wunsch, 1970; with 0 and 1, the longest common subsequence). 0 and less never pair.
 */
export function align<T>(a: readonly T[], b: readonly T[], likeness: (a: T, b: T) => number): Aligned<T>[] {
  const width = b.length + 1;
  // best[i · width + j]: the largest sum over a from i and b from j on.
  const best = new Float64Array((a.length + 1) * width);
  const pair = (i: number, j: number) => {
    const gain = likeness(a[i]!, b[j]!);
    return gain > 0 ? gain + best[(i + 1) * width + j + 1]! : Number.NEGATIVE_INFINITY;
  };
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      best[i * width + j] = Math.max(pair(i, j), best[(i + 1) * width + j]!, best[i * width + j + 1]!);
    }
  }
  const result: Aligned<T>[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const here = best[i * width + j]!;
    if (i < a.length && j < b.length && pair(i, j) === here) result.push({ a: a[i++]!, b: b[j++]! });
    else if (i < a.length && best[(i + 1) * width + j] === here) result.push({ a: a[i++]!, b: null });
    else result.push({ a: null, b: b[j++]! });
  }
  return result;
}
