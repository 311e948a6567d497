import type { Contestant } from "./contest.ts";
import type { Checked, MemoryUse } from "./contestant.ts";
import { noisyOthers } from "./others.ts";
import { median, noisySpread, relativeDifference, spread } from "./statistics.ts";
import { isNode24, type PeerName, type Target, tolerances } from "./workload.ts";

/** One engine's numbers on one workload. */
export interface Side {
  readonly milliseconds: number;
  /** Milliseconds of processor time of one call, all threads together. */
  readonly processor: number;
  readonly spread: number;
  /** Zero where nothing that is counted is computed: pictures are enlarged without products that are summed. */
  readonly gflops: number;
  /** Bytes above idle, at the most. */
  readonly memory: number;
  readonly rounds: number;
}

interface RowBase {
  readonly workload: string;
  readonly peer: PeerName;
  /** The time that convsmith may take on this Node, as a multiple of the peer's; null: none is set. */
  readonly target: number | null;
  /** Of the batch, the peer computes so many pictures: the ratio for all of them is still lower. Null: all. */
  readonly pictures: number | null;
}

export interface Row extends RowBase {
  readonly peerVersion: string;
  readonly peerThreads: number;
  readonly note: string;
  readonly convsmith: Side;
  readonly other: Side;
  /** convsmith's time as a multiple of the peer's. */
  readonly ratio: number;
  readonly reached: boolean | null;
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

/** A peer that is not there, or can't do the work: convsmith's numbers alone, where it could. */
export interface MissingRow extends RowBase {
  readonly missing: string;
  readonly convsmith: Side | null;
  readonly shareOfPeak: number | null;
  readonly others: number | null;
}

/** What was compared before anything was timed. */
export interface Outcome extends Checked {
  readonly values: Float32Array;
}

/** What was measured around the turns of all. */
export interface Surroundings {
  readonly workload: string;
  readonly peaks: readonly number[];
  readonly others: number;
}

export interface Measured {
  readonly contestant: Contestant;
  readonly side: Side;
  readonly outcome: Outcome;
}

/** Of a row, what does not depend on measurements. */
export const rowBase = (workload: string, peer: PeerName, target: Target): RowBase => ({
  workload,
  peer,
  target: isNode24(process.version) ? target.node24 : target.node20,
  pictures: target.pictures ?? null,
});

/** `outcome`: of convsmith on what the peer computed. */
export function rowOf(
  own: Side,
  outcome: Outcome,
  peer: Measured,
  target: Target,
  { workload, peaks, others }: Surroundings,
): Row {
  const other = peer.side;
  const difference = compare(outcome, peer.outcome);
  const ratio = own.milliseconds / other.milliseconds;
  const base = rowBase(workload, peer.contestant.name as PeerName, target);
  return {
    ...base,
    peerVersion: peer.contestant.version,
    peerThreads: peer.contestant.threads,
    note: peer.contestant.note,
    convsmith: own,
    other,
    ratio,
    reached: base.target === null ? null : ratio <= base.target,
    processorRatio: own.processor / other.processor,
    shareOfPeak: own.gflops / median(peaks),
    difference,
    agrees: difference.output <= tolerances.output && (difference.gradient ?? 0) <= tolerances.gradient,
    others,
    noisy: others > noisyOthers || Math.max(own.spread, other.spread, spread(peaks)) > noisySpread,
  };
}

function compare(own: Outcome, other: Outcome): Row["difference"] {
  const values = relativeDifference(own.values, other.values, other.sizes);
  if (other.losses.length === 0) return { output: values, gradient: null };
  // A peer of slow steps gives fewer losses.
  const losses = own.losses.slice(0, other.losses.length);
  return {
    output: relativeDifference(Float32Array.from(losses), Float32Array.from(other.losses)),
    gradient: values,
  };
}

export async function sideOf({ process, times, processor }: Contestant, flops: number): Promise<Side> {
  const { idle, peak } = await process.ask<MemoryUse>({ ask: "memory" });
  const milliseconds = median(times);
  return {
    milliseconds,
    processor: median(processor),
    spread: spread(times),
    gflops: flops / (milliseconds * 1e6),
    memory: peak - idle,
    rounds: times.length,
  };
}
