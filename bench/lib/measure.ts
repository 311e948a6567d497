import { type Contestant, check, chooseThreads, load, takeTurns, usedBy, warmUp } from "./contest.ts";
import { writeStart } from "./data.ts";
import { directFlops, workloadGraph } from "./network.ts";
import { othersShare } from "./others.ts";
import { startOwn, startPeer } from "./peers.ts";
import { type Measured, type MissingRow, type Row, rowOf, sideOf, targetHere } from "./rows.ts";
import type { Settings } from "./settings.ts";
import { median } from "./statistics.ts";
import { isNode24, type PeerName, peersOf, type Workload } from "./workload.ts";

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
  const start = await writeStart(workload);
  const contestants: Contestant[] = [];
  const absent = new Map<PeerName, string>();
  const outcomes = new Map<Contestant, Measured["outcome"]>();
  const prepare = async (name: Contestant["name"], process: Parameters<typeof load>[1]) => {
    const contestant = await load(name, process, workload, start, settings);
    try {
      outcomes.set(contestant, await check(contestant));
      await warmUp(contestant, settings);
      if (workload.peerMayUseOneThread && name === "PyTorch") await chooseThreads(contestant);
      contestants.push(contestant);
    } catch (error) {
      contestant.process.stop();
      throw error;
    }
  };
  try {
    try {
      await prepare(ownName, startOwn(ownName, settings.threads));
    } catch (error) {
      if (ownName === "convsmith") throw error;
      return { rows: allMissing(workload, (error as Error).message), flops, peak: null };
    }
    for (const [peer] of peersOf(workload)) {
      try {
        await prepare(peer, startPeer(peer, settings.threads));
      } catch (error) {
        absent.set(peer, (error as Error).message);
      }
    }
    const own = contestants[0]!;
    const peaks: number[] = [];
    const others = othersShare(await usedBy(contestants));
    await takeTurns(contestants, settings.rounds, async () => {
      peaks.push((await own.process.ask<{ gflops: number }>({ ask: "peak" })).gflops * settings.threads);
    });
    const surroundings = { workload: workload.name, peaks, others: others(await usedBy(contestants)) };
    const measured = new Map<string, Measured>();
    for (const each of contestants) {
      measured.set(each.name, { contestant: each, side: await sideOf(each, flops), outcome: outcomes.get(each)! });
    }
    const convsmith = measured.get(ownName)!;
    const peak = median(peaks);
    const rows = peersOf(workload).map(([peer, target]): Row | MissingRow => {
      const other = measured.get(peer);
      if (other) return rowOf(convsmith, other, target, surroundings);
      return {
        workload: workload.name,
        peer,
        target: targetHere(target),
        missing: absent.get(peer)!,
        convsmith: convsmith.side,
        shareOfPeak: convsmith.side.gflops / peak,
        others: surroundings.others,
      };
    });
    return { rows, flops, peak };
  } finally {
    for (const each of contestants) each.process.stop();
  }
}

const allMissing = (workload: Workload, missing: string): MissingRow[] =>
  peersOf(workload).map(([peer, target]) => ({
    workload: workload.name,
    peer,
    target: targetHere(target),
    missing,
    convsmith: null,
    shareOfPeak: null,
    others: null,
  }));
