import { type Contestant, load, takeTurns, usedBy, warmUp } from "./contest.ts";
import { writeStart } from "./data.ts";
import { noisyOthers, othersShare } from "./others.ts";
import { startOwn } from "./peers.ts";
import type { Settings } from "./settings.ts";
import { median, noisySpread, spread } from "./statistics.ts";
import type { Workload } from "./workload.ts";

/** What two threads have to gain over one. */
export const leastGain = 1.8;

/** One workload on one thread and on two, in turns. */
export interface ScalingRow {
  readonly workload: string;
  /** Milliseconds on one thread and on two. */
  readonly milliseconds: readonly [number, number];
  readonly spread: readonly [number, number];
  readonly gain: number;
  readonly reached: boolean;
  readonly others: number;
  readonly noisy: boolean;
}

export async function measureScaling(workload: Workload, settings: Settings): Promise<ScalingRow> {
  const contestants: Contestant[] = [];
  try {
    const start = await writeStart(workload);
    for (const threads of [1, 2]) {
      const own = { ...settings, threads };
      const contestant = await load("convsmith", startOwn("convsmith", threads), workload, start, own);
      contestants.push(contestant);
      await warmUp(contestant, own);
    }
    const others = othersShare(await usedBy(contestants));
    await takeTurns(contestants, settings.rounds, async () => undefined);
    const share = others(await usedBy(contestants));
    const [one, two] = contestants.map(({ times }) => median(times)) as [number, number];
    const [oneSpread, twoSpread] = contestants.map(({ times }) => spread(times)) as [number, number];
    return {
      workload: workload.name,
      milliseconds: [one, two],
      spread: [oneSpread, twoSpread],
      gain: one / two,
      reached: one / two >= leastGain,
      others: share,
      noisy: share > noisyOthers || Math.max(oneSpread, twoSpread) > noisySpread,
    };
  } finally {
    for (const { process } of contestants) process.stop();
  }
}
