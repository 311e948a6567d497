import { type Contestant, check, chooseThreads, load, takeTurns, usedBy, warmUp } from "./contest.ts";
import { writeStart } from "./data.ts";
import { directFlops, workloadGraph } from "./network.ts";
import { othersShare } from "./others.ts";
import { startOwn, startPeer } from "./peers.ts";
import { type MissingRow, type Outcome, type Row, rowBase, rowOf, sideOf } from "./rows.ts";
import type { Settings } from "./settings.ts";
import { median } from "./statistics.ts";
import { isNode24, type PeerName, partOf, peersOf, type Workload } from "./workload.ts";

export interface WorkloadResult {
  readonly rows: readonly (Row | MissingRow)[];
  readonly flops: number;
  /** Of all threads together, GFLOP/s, while this workload was timed; null where it could not be. */
  readonly peak: number | null;
}

/** Checks that all engines compute the same, then times them in turns. */
export async function measure(workload: Workload, settings: Settings): Promise<WorkloadResult> {
  const ownName = workload.own ?? "convsmith";
  const flops = directFlops(workloadGraph(workload));
  if (workload.needsNode24 && !isNode24(process.version)) {
    return { rows: allMissing(workload, `only timed on Node 24, this is ${process.version}`), flops, peak: null };
  }
  const ready: Ready[] = [];
  const absent = new Map<PeerName, string>();
  try {
    try {
      ready.push(await prepare(ownName, workload, settings));
    } catch (error) {
      if (ownName === "convsmith") throw error;
      return { rows: allMissing(workload, (error as Error).message), flops, peak: null };
    }
    for (const [peer, { pictures }] of peersOf(workload)) {
      try {
        ready.push(await prepare(peer, pictures ? partOf(workload, pictures) : workload, settings));
      } catch (error) {
        absent.set(peer, (error as Error).message);
      }
    }
    const contestants = ready.map(({ contestant }) => contestant);
    const own = ready[0]!;
    const peaks: number[] = [];
    const others = othersShare(await usedBy(contestants));
    await takeTurns(contestants, settings.rounds, async () => {
      peaks.push((await own.contestant.process.ask<{ gflops: number }>({ ask: "peak" })).gflops * settings.threads);
    });
    const surroundings = { workload: workload.name, peaks, others: others(await usedBy(contestants)) };
    const side = await sideOf(own.contestant, flops);
    const outcomes = new Map([[workload.name, own.outcome]]);
    const rows: (Row | MissingRow)[] = [];
    for (const [peer, target] of peersOf(workload)) {
      const found = ready.find(({ contestant }) => contestant.name === peer);
      if (!found) {
        const shareOfPeak = side.gflops / median(peaks);
        const base = rowBase(workload.name, peer, target);
        rows.push({ ...base, missing: absent.get(peer)!, convsmith: side, shareOfPeak, others: surroundings.others });
        continue;
      }
      const { name } = found.workload;
      if (!outcomes.has(name)) outcomes.set(name, await outcomeOf(ownName, found.workload, settings));
      const other = { ...found, side: await sideOf(found.contestant, directFlops(workloadGraph(found.workload))) };
      rows.push(rowOf(side, outcomes.get(name)!, other, target, surroundings));
    }
    return { rows, flops, peak: median(peaks) };
  } finally {
    for (const { contestant } of ready) contestant.process.stop();
  }
}

interface Ready {
  readonly contestant: Contestant;
  readonly workload: Workload;
  readonly outcome: Outcome;
}

const start = (name: Contestant["name"], threads: number) =>
  name === "convsmith" || name === "convsmith in Chromium" ? startOwn(name, threads) : startPeer(name, threads);

/** Loaded, asked for what is compared, and warm. */
async function prepare(name: Contestant["name"], workload: Workload, settings: Settings): Promise<Ready> {
  const contestant = await load(name, start(name, settings.threads), workload, await writeStart(workload), settings);
  try {
    const outcome = await check(contestant);
    await warmUp(contestant, settings);
    if (workload.peerMayUseOneThread && name === "PyTorch") await chooseThreads(contestant);
    return { contestant, workload, outcome };
  } catch (error) {
    contestant.process.stop();
    throw error;
  }
}

/** What an engine computes, in a process that is not timed. */
async function outcomeOf(name: Contestant["name"], workload: Workload, settings: Settings): Promise<Outcome> {
  const contestant = await load(name, start(name, settings.threads), workload, await writeStart(workload), settings);
  try {
    return await check(contestant);
  } finally {
    contestant.process.stop();
  }
}

const allMissing = (workload: Workload, missing: string): MissingRow[] =>
  peersOf(workload).map(([peer, target]) => ({
    ...rowBase(workload.name, peer, target),
    missing,
    convsmith: null,
    shareOfPeak: null,
    others: null,
  }));
