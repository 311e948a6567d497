import { workloads } from "../workloads/index.ts";
import { squareConvolutions } from "../workloads/square-convolutions.ts";
import { type Convolution, convolutionsOf } from "./convolution.ts";
import { workloadGraph } from "./network.ts";
import { noisyOthers } from "./others.ts";
import { nodeContestant } from "./process.ts";
import type { Settings } from "./settings.ts";
import { noisySpread } from "./statistics.ts";

/**
 * Convolutions with more FLOPs than this have to reach `leastShare` of the peak: in the best round, or, where the machine
 * is too noisy to tell, by processor time.
 */
export const largeFlops = 50e6;
export const leastShare = 0.6;

export interface ConvolutionRow {
  readonly name: string;
  readonly flops: number;
  readonly milliseconds: number;
  readonly spread: number;
  readonly gflops: number;
  readonly shareOfPeak: number;
  /** The best round against the best peak: a busy machine lowers the medians of both, but not equally. */
  readonly bestShareOfPeak: number;
  /** FLOPs per second of processor time, against one thread's peak: does not depend much on what others do. */
  readonly processorShareOfPeak: number;
  /** The share of the peak that it should reach; null: none is set but `leastShare`. */
  readonly target: number | null;
  readonly reached: boolean | null;
  /** The share of the processors that went to other programs meanwhile. */
  readonly others: number;
  /** Milliseconds of conversions to and from the layouts that users see; not counted. */
  readonly edges: number;
  readonly tooSlow: boolean;
  readonly noisy: boolean;
}

interface Measured {
  readonly milliseconds: number;
  readonly best: number;
  readonly spread: number;
  readonly edges: number;
  readonly peak: number;
  readonly bestPeak: number;
  readonly peakSpread: number;
  readonly processor: number;
  readonly others: number;
}

export interface ListedConvolution extends Convolution {
  /** Whether Winograd's kernels are left out. */
  readonly direct: boolean;
  readonly target: number | null;
}

/** Those of the workloads that list their layers, each shape once, and the square ones that have targets. */
export function listConvolutions(): ListedConvolution[] {
  const listed = workloads.filter(({ network }) => typeof network !== "string");
  const { workload, targets } = squareConvolutions;
  const square = convolutionsOf(workloadGraph(workload));
  const targetOf = (name: string, direct: boolean) =>
    targets[name.endsWith("forward") ? "forward" : "gradients"][direct ? "direct" : "winograd"];
  return [
    ...convolutionsOf(listed.flatMap(workloadGraph)).map((each) => ({ ...each, direct: false, target: null })),
    ...[false, true].flatMap((direct) =>
      square.map(({ name, ...rest }) => ({
        ...rest,
        name: direct ? `${name}, without Winograd` : name,
        direct,
        target: targetOf(name, direct),
      })),
    ),
  ];
}

/** Times convolutions alone through the engine, in one process and in turns with the peak. */
export async function measureConvolutions(
  { threads, rounds, share }: Settings,
  wanted: (name: string) => boolean,
  progress: (name: string) => void,
): Promise<ConvolutionRow[]> {
  const convolutions = listConvolutions();
  if (!convolutions.some(({ name }) => wanted(name))) return [];
  const process = nodeContestant("convolutions.ts", { CONVSMITH_THREADS: String(threads) });
  try {
    const rows: ConvolutionRow[] = [];
    for (const [index, convolution] of convolutions.entries()) {
      if (!wanted(convolution.name)) continue;
      progress(convolution.name);
      const measured = await process.ask<Measured>({ ask: "measure", index, rounds, share });
      rows.push(rowOf(convolution, measured, threads));
    }
    return rows;
  } finally {
    process.stop();
  }
}

function rowOf({ name, flops, target }: ListedConvolution, measured: Measured, threads: number): ConvolutionRow {
  const gflops = flops / (measured.milliseconds * 1e6);
  const bestShareOfPeak = flops / (measured.best * 1e6) / measured.bestPeak;
  const processorShareOfPeak = flops / (measured.processor * 1e6) / (measured.bestPeak / threads);
  const noisy = measured.others > noisyOthers || Math.max(measured.spread, measured.peakSpread) > noisySpread;
  const judged = noisy ? processorShareOfPeak : bestShareOfPeak;
  return {
    name,
    flops,
    milliseconds: measured.milliseconds,
    spread: measured.spread,
    gflops,
    shareOfPeak: gflops / measured.peak,
    bestShareOfPeak,
    processorShareOfPeak,
    target,
    reached: target === null ? null : judged >= target,
    others: measured.others,
    edges: measured.edges,
    tooSlow: flops > largeFlops && judged < leastShare,
    noisy,
  };
}
