/** Which sizes of one axis a network accepts. */
export interface AcceptedSizes {
  /** Exact: no smaller one is accepted. */
  readonly smallest: number;
  /** The last of an unbroken run; null: larger ones are accepted, too. */
  readonly largest: number | null;
  /** From one accepted size to the next; 1: all; null: no regular pattern. */
  readonly step: number | null;
  /** Accepted sizes among those that were tried: all up to `checkedTo`, and a few larger ones. */
  readonly accepted: readonly number[];
  readonly checkedTo: number;
}

/** Beyond the smallest, a pattern is looked for over as many sizes: networks halve a picture five times at most. */
const pattern = 32;

/** The smallest accepted size up to `limit`, one after the other: acceptance need not be monotonic. Null where there is none. */
export function smallestSize(accepts: (size: number) => boolean, limit: number): number | null {
  for (let size = 1; size <= limit; size++) if (accepts(size)) return size;
  return null;
}

/** What is accepted from the smallest size on. */
export function sizesFrom(smallest: number, accepts: (size: number) => boolean): AcceptedSizes {
  const checkedTo = smallest + pattern;
  const near = [smallest];
  for (let size = smallest + 1; size <= checkedTo; size++) if (accepts(size)) near.push(size);
  const step = stepOf(near);
  if (step === 1 || step === 0) return run(smallest, near, step, checkedTo, accepts);
  return { smallest, largest: null, step, accepted: near, checkedTo };
}

/** Of sizes that are tried without a gap: the distance between neighbours; 0: a run with an end; null: irregular. */
function stepOf(near: readonly number[]): number | null {
  const [first, second] = near as [number, number?];
  if (second === undefined) return 0;
  const step = second - first;
  if (!near.every((size, at) => size === first + at * step)) return null;
  const reachesEnd = near.at(-1)! + step > first + pattern;
  return reachesEnd ? step : step === 1 ? 0 : null;
}

/** An unbroken run of sizes may end: a linear layer behind a pooling takes a few. Larger sizes tell. */
function run(
  smallest: number,
  near: readonly number[],
  step: 0 | 1,
  checkedTo: number,
  accepts: (size: number) => boolean,
): AcceptedSizes {
  const sizes = [2, 3, 4, 8].map((times) => times * smallest);
  const far = [...sizes, smallest + 64, smallest + 256].filter((size) => size > checkedTo);
  const taken = far.filter(accepts);
  const some = [...new Set([...near, ...taken])].sort((a, b) => a - b);
  if (step === 1 && taken.length === far.length) return { smallest, largest: null, step: 1, accepted: some, checkedTo };
  let largest = near.at(-1)!;
  if (step === 1) while (accepts(largest + 1)) largest++;
  if (taken.some((size) => size > largest)) return { smallest, largest: null, step: null, accepted: some, checkedTo };
  const all = Array.from({ length: largest - smallest + 1 }, (_, at) => smallest + at);
  return { smallest, largest, step: 1, accepted: all, checkedTo: Math.max(checkedTo, largest + 1) };
}

/** "from 63", "multiples of 16", "from 28 to 31", "of 17, 33, 49, …". */
export function sizesText({ smallest, largest, step, accepted }: AcceptedSizes): string {
  if (largest !== null) return largest === smallest ? `of ${smallest}` : `from ${smallest} to ${largest}`;
  if (step === 1) return `from ${smallest}`;
  if (step !== null && smallest % step === 0)
    return `multiples of ${step}${smallest > step ? ` from ${smallest}` : ""}`;
  if (step !== null) return `of ${smallest}, ${smallest + step}, ${smallest + 2 * step}, …`;
  return `of ${accepted.slice(0, 6).join(", ")}, …`;
}
