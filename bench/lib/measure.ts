import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { Checked, Loaded, MemoryUse, Times } from "./contestant.ts";
import { cacheFolder, writeStart } from "./data.ts";
import { directFlops, workloadGraph } from "./network.ts";
import { cpuMilliseconds, noisyOthers, othersShare } from "./others.ts";
import { startPeer, writeOnnx } from "./peers.ts";
import { type ContestantProcess, nodeContestant } from "./process.ts";
import type { Settings } from "./settings.ts";
import { median, noisySpread, relativeDifference, spread } from "./statistics.ts";
import { checkedSteps, learningRate, type PeerName, tolerances, type Workload } from "./workload.ts";

/** One engine's numbers on one workload. */
export interface Side {
  readonly milliseconds: number;
  /** Milliseconds of processor time of one call, all threads together. */
  readonly processor: number;
  readonly spread: number;
  readonly gflops: number;
  /** Bytes above idle, at the most. */
  readonly memory: number;
}

export interface Row {
  readonly workload: string;
  readonly peer: PeerName;
  readonly peerVersion: string;
  readonly peerThreads: number;
  readonly convsmith: Side;
  readonly other: Side;
  /** convsmith's time as a multiple of the peer's. */
  readonly ratio: number;
  /** The same of processor time: what others do matters less, but threads that wait by spinning count. */
  readonly processorRatio: number;
  readonly shareOfPeak: number;
  /** The largest relative difference of outputs (or losses) and of gradients. */
  readonly difference: { readonly output: number; readonly gradient: number | null };
  readonly agrees: boolean;
  /** The share of the processors that went to other programs meanwhile. */
  readonly others: number;
  readonly noisy: boolean;
}

/** A peer that is not there, or can't do the work: convsmith's numbers alone. */
export interface MissingRow {
  readonly workload: string;
  readonly peer: PeerName;
  readonly missing: string;
  readonly convsmith: Side;
  readonly shareOfPeak: number;
  readonly others: number;
}

export interface WorkloadResult {
  readonly rows: readonly (Row | MissingRow)[];
  readonly flops: number;
  /** Of all threads together, GFLOP/s, while this workload was timed. */
  readonly peak: number;
}

interface Contestant {
  readonly name: "convsmith" | PeerName;
  readonly process: ContestantProcess;
  readonly version: string;
  threads: number;
  count: number;
  readonly times: number[];
  readonly processor: number[];
}

// Threads of an engine may spin for a while after its work: the next one should not run beside them.
const breathMilliseconds = 20;

/** Checks that all engines compute the same, then times them in turns. */
export async function measure(workload: Workload, settings: Settings): Promise<WorkloadResult> {
  const start = await writeStart(workload);
  const contestants: Contestant[] = [];
  const absent = new Map<PeerName, string>();
  try {
    const environment = { CONVSMITH_THREADS: String(settings.threads) };
    contestants.push(await load("convsmith", nodeContestant("convsmith.ts", environment), workload, start, settings));
    for (const peer of workload.peers) {
      try {
        contestants.push(await load(peer, startPeer(peer), workload, start, settings));
      } catch (error) {
        absent.set(peer, (error as Error).message);
      }
    }
    const [own, ...peers] = contestants as [Contestant, ...Contestant[]];
    const checked = new Map<Contestant, Outcome>();
    for (const each of contestants) checked.set(each, await check(each));
    for (const each of contestants) await warmUp(each, settings);
    for (const each of peers) if (workload.peerMayUseOneThread && each.name === "PyTorch") await chooseThreads(each);
    const peaks: number[] = [];
    const others = othersShare(await usedBy(contestants));
    for (let round = 0; round < settings.rounds; round++) {
      peaks.push((await own.process.ask<{ gflops: number }>({ ask: "peak" })).gflops * settings.threads);
      for (const each of contestants) {
        const { times, used } = await each.process.ask<Times>({ ask: "run", count: each.count });
        each.times.push(median(times));
        each.processor.push(used / each.count);
        await pause(breathMilliseconds);
      }
    }
    const othersNow = others(await usedBy(contestants));
    const flops = directFlops(workloadGraph(workload));
    const sides = new Map<Contestant, Side>();
    for (const each of contestants) sides.set(each, await sideOf(each, flops));
    const peak = median(peaks);
    const convsmith = sides.get(own)!;
    const shareOfPeak = convsmith.gflops / peak;
    const rows = peers.map((each): Row => {
      const other = sides.get(each)!;
      const difference = compare(checked.get(own)!, checked.get(each)!);
      return {
        workload: workload.name,
        peer: each.name as PeerName,
        peerVersion: each.version,
        peerThreads: each.threads,
        convsmith,
        other,
        ratio: convsmith.milliseconds / other.milliseconds,
        processorRatio: convsmith.processor / other.processor,
        shareOfPeak,
        difference,
        agrees: difference.output <= tolerances.output && (difference.gradient ?? 0) <= tolerances.gradient,
        others: othersNow,
        noisy: othersNow > noisyOthers || Math.max(convsmith.spread, other.spread, spread(peaks)) > noisySpread,
      };
    });
    const missing = [...absent].map(
      ([peer, reason]): MissingRow => ({
        workload: workload.name,
        peer,
        missing: reason,
        convsmith,
        shareOfPeak,
        others: othersNow,
      }),
    );
    return { rows: [...rows, ...missing], flops, peak };
  } finally {
    for (const each of contestants) each.process.stop();
  }
}

async function load(
  name: Contestant["name"],
  process: ContestantProcess,
  workload: Workload,
  start: string,
  { threads }: Settings,
): Promise<Contestant> {
  try {
    const files = name.startsWith("onnx") ? { start, onnx: await writeOnnx(workload, start) } : { start };
    const { version } = await process.ask<Loaded>({ ask: "load", workload, threads, files, learningRate });
    return { name, process, version, threads, count: 1, times: [], processor: [] };
  } catch (error) {
    process.stop();
    throw error;
  }
}

interface Outcome extends Checked {
  readonly values: Float32Array;
}

async function check({ name, process }: Contestant): Promise<Outcome> {
  const path = `${cacheFolder}/${name}.f32`;
  const answer = await process.ask<Checked>({ ask: "check", path, steps: checkedSteps });
  const bytes = readFileSync(path);
  return { ...answer, values: new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)) };
}

function compare(own: Outcome, other: Outcome): Row["difference"] {
  const values = relativeDifference(own.values, other.values, other.sizes);
  if (other.losses.length === 0) return { output: values, gradient: null };
  return {
    output: relativeDifference(Float32Array.from(own.losses), Float32Array.from(other.losses)),
    gradient: values,
  };
}

/** Runs for a while, and sets how many calls fill a round. */
async function warmUp(contestant: Contestant, { warmUp, share }: Settings): Promise<void> {
  const times: number[] = [];
  const begin = performance.now();
  while (times.length < 3 || performance.now() - begin < warmUp) {
    times.push(...(await contestant.process.ask<Times>({ ask: "run", count: 1 })).times);
  }
  contestant.count = Math.max(1, Math.round(share / median(times.slice(-9))));
}

/** Takes one thread where that is faster than all of them: turns of both, so that a busy moment hits neither alone. */
async function chooseThreads(contestant: Contestant): Promise<void> {
  const all = contestant.threads;
  const times = new Map<number, number[]>([1, all].map((threads) => [threads, []]));
  for (let turn = 0; turn < 5; turn++) {
    for (const [threads, own] of times) {
      await contestant.process.ask({ ask: "threads", threads });
      own.push(median((await contestant.process.ask<Times>({ ask: "run", count: contestant.count + 2 })).times));
    }
  }
  contestant.threads = median(times.get(1)!) < median(times.get(all)!) ? 1 : all;
  await contestant.process.ask({ ask: "threads", threads: contestant.threads });
}

/** Processor time of all contestants so far, and of this process. */
async function usedBy(contestants: readonly Contestant[]): Promise<number> {
  let sum = cpuMilliseconds();
  for (const { process } of contestants) sum += (await process.ask<{ used: number }>({ ask: "processor" })).used;
  return sum;
}

async function sideOf({ process, times, processor }: Contestant, flops: number): Promise<Side> {
  const { idle, peak } = await process.ask<MemoryUse>({ ask: "memory" });
  const milliseconds = median(times);
  return {
    milliseconds,
    processor: median(processor),
    spread: spread(times),
    gflops: flops / (milliseconds * 1e6),
    memory: peak - idle,
  };
}
