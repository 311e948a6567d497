// Times each convolution of the workloads' networks alone, in turns with the peak.
import { setDevice, wasmDevice } from "../../src/index.ts";
import { answer } from "../lib/contestant.ts";
import { type Convolution, convolutionsOf, PreparedConvolution } from "../lib/convolution.ts";
import { workloadGraph } from "../lib/network.ts";
import { cpuMilliseconds, othersShare } from "../lib/others.ts";
import { threadPeak } from "../lib/peak.ts";
import { median, spread } from "../lib/statistics.ts";
import type { Workload } from "../lib/workload.ts";

const device = wasmDevice();
setDevice(device);
const measurePeak = threadPeak(device);
let convolutions: Convolution[] = [];

answer({
  list({ workloads }: { workloads: readonly Workload[] }) {
    convolutions = convolutionsOf(workloads.flatMap(workloadGraph));
    return {};
  },
  measure({ index, rounds, share }: { index: number; rounds: number; share: number }) {
    const prepared = new PreparedConvolution(device, convolutions[index]!);
    const times: number[] = [];
    const edges: number[] = [];
    const peaks: number[] = [];
    const processor: number[] = [];
    turn(prepared, share);
    const others = othersShare();
    for (let round = 0; round < rounds; round++) {
      peaks.push(measurePeak() * device.pool.threads);
      const result = turn(prepared, share / 4);
      times.push(median(result.own));
      edges.push(median(result.edges));
      processor.push(median(result.processor));
    }
    return {
      milliseconds: median(times),
      best: Math.min(...times),
      spread: spread(times),
      edges: median(edges),
      peak: median(peaks),
      bestPeak: Math.max(...peaks),
      peakSpread: spread(peaks),
      processor: Math.min(...processor),
      others: others(cpuMilliseconds()),
    };
  },
});

function turn(prepared: PreparedConvolution, milliseconds: number) {
  const own: number[] = [];
  const edges: number[] = [];
  const processor: number[] = [];
  const begin = performance.now();
  while (own.length < 3 || performance.now() - begin < milliseconds) {
    const result = prepared.run();
    own.push(result.own);
    edges.push(result.edges);
    processor.push(result.processor);
  }
  return { own, edges, processor };
}
