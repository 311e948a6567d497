// Times each convolution of the workloads' networks alone, in turns with the peak.
import { createWasmDevice } from "../../src/devices/wasm/create.ts";
import type { WasmDevice } from "../../src/devices/wasm/device.ts";
import { wasmDevice } from "../../src/index.ts";
import { winogradKernels } from "../../src/ops/convolution/winograd.wasm.ts";
import { winogradWeightGradientKernels } from "../../src/ops/convolution/winograd-weight-gradient.wasm.ts";
import { wasmKernels } from "../../src/ops/wasm.ts";
import { answer } from "../lib/contestant.ts";
import { PreparedConvolution } from "../lib/convolution.ts";
import { listConvolutions } from "../lib/convolutions.ts";
import { cpuMilliseconds, othersShare } from "../lib/others.ts";
import { threadPeak } from "../lib/peak.ts";
import { median, spread } from "../lib/statistics.ts";

const device = wasmDevice();
const measurePeak = threadPeak(device);
const convolutions = listConvolutions();

const winograd = new Set([...winogradKernels, ...winogradWeightGradientKernels]);
let direct: WasmDevice | null = null;
/** A device that takes turns with the usual one: the threads of the other sleep meanwhile. */
const directDevice = () =>
  (direct ??= createWasmDevice(
    wasmKernels.filter((kernel) => !winograd.has(kernel)),
    { numerics: "exact" },
  ));

answer({
  measure({ index, rounds, share }: { index: number; rounds: number; share: number }) {
    const convolution = convolutions[index]!;
    const prepared = new PreparedConvolution(convolution.direct ? directDevice() : device, convolution);
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
