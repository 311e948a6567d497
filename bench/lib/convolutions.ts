import { convolutionsOf } from "./convolution.ts";
import { workloadGraph } from "./network.ts";
import { noisyOthers } from "./others.ts";
import { nodeContestant } from "./process.ts";
import type { Settings } from "./settings.ts";
import { noisySpread } from "./statistics.ts";
import type { Workload } from "./workload.ts";

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

/** Times every convolution of the workloads alone through the engine, in one process and in turns with the peak. */
export async function measureConvolutions(
  workloads: readonly Workload[],
  { threads, rounds, share }: Settings,
  wanted: (name: string) => boolean,
  progress: (name: string) => void,
): Promise<ConvolutionRow[]> {
  const convolutions = convolutionsOf(workloads.flatMap(workloadGraph));
  if (!convolutions.some(({ name }) => wanted(name))) return [];
  const process = nodeContestant("convolutions.ts", { CONVSMITH_THREADS: String(threads) });
  try {
    await process.ask({ ask: "list", workloads });
    const rows: ConvolutionRow[] = [];
    for (const [index, { name, flops }] of convolutions.entries()) {
      if (!wanted(name)) continue;
      progress(name);
      const measured = await process.ask<Measured>({ ask: "measure", index, rounds, share });
      const gflops = flops / (measured.milliseconds * 1e6);
      const bestShareOfPeak = flops / (measured.best * 1e6) / measured.bestPeak;
      const processorShareOfPeak = flops / (measured.processor * 1e6) / (measured.bestPeak / threads);
      const noisy = measured.others > noisyOthers || Math.max(measured.spread, measured.peakSpread) > noisySpread;
      rows.push({
        name,
        flops,
        milliseconds: measured.milliseconds,
        spread: measured.spread,
        gflops,
        shareOfPeak: gflops / measured.peak,
        bestShareOfPeak,
        edges: measured.edges,
        processorShareOfPeak,
        others: measured.others,
        tooSlow: flops > largeFlops && (noisy ? processorShareOfPeak : bestShareOfPeak) < leastShare,
        noisy,
      });
    }
    return rows;
  } finally {
    process.stop();
  }
}
