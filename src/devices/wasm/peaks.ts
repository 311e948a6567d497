import { elementwiseStep } from "../../codegen/wasm/elementwise.ts";
import { emitMultiplyAdds, roundFlops } from "../../codegen/wasm/multiply-adds.ts";
import { ConvsmithError } from "../../core/errors.ts";
import { input } from "../../core/expression.ts";
import type { KernelStep } from "../../core/kernel.ts";
import type { WasmDevice } from "./device.ts";
import type { Block } from "./memory.ts";

/** What a machine can do at the most, with all threads of the device at work. */
export interface Peaks {
  /** Multiply-adds in registers, in GFLOP/s: one is two FLOPs. */
  readonly gflops: number;
  /** Copying between blocks larger than the caches, in GB/s: read and written bytes both count. */
  readonly gigabytesPerSecond: number;
  /** The middle moment's multiply-adds as a part of the best one's: low where others use the processor too. */
  readonly steadiness: number;
}

/** As many sums as hide a multiply-add's latency: 12 in 128-bit registers, 24 where V8 packs two into a 256-bit one. */
const accumulators = [12, 24];
const rounds = 1 << 16;
const copyBytes = [1 << 26, 1 << 24, 1 << 22];
const moments = 12;
/** Slow calls are made fewer times. */
const enoughMilliseconds = 200;
const fewest = 3;

/** Measures the peaks now: the best of some moments, since others may be busy in one. Takes about half a second. */
export function measurePeaks(device: WasmDevice, now: () => number): Peaks {
  return { ...multiplyAddPeak(device, now), gigabytesPerSecond: copyPeak(device, now) };
}

function multiplyAddPeak(device: WasmDevice, now: () => number): Pick<Peaks, "gflops" | "steadiness"> {
  const { target } = device.backend;
  const pieces = 4 * device.pool.threads;
  const rates = accumulators.map((count) => {
    const step = (each: number): KernelStep => ({
      label: "peak",
      key: `peak ${count} ${JSON.stringify(target)}`,
      emit: () => emitMultiplyAdds(count, target),
      arguments: [each],
      pieces,
    });
    // Short calls, many times: the compiler's second tier replaces a function between calls.
    timed(device, step(500), [], 200, now);
    const times = timed(device, step(rounds), [], moments, now);
    const best = times[0]!;
    return {
      gflops: (1e-6 * roundFlops * count * rounds * pieces) / best,
      steadiness: best / times[times.length >> 1]!,
    };
  });
  return rates.reduce((a, b) => (b.gflops > a.gflops ? b : a));
}

function copyPeak(device: WasmDevice, now: () => number): number {
  const blocks: Block[] = [];
  try {
    const bytes = copyBytes.find((size) => [0, 1].every(() => allocated(device, size, blocks)))!;
    const [from, to] = blocks.slice(-2) as [Block, Block];
    const layout = { strides: [1], offset: 0, size: bytes / 4 };
    const { target } = device.backend;
    const shape = [bytes / 4];
    const spec = { label: "copy", shape, inputs: [layout], outputs: [layout], expressions: [input(0)], target };
    return (1e-6 * 2 * bytes) / timed(device, elementwiseStep(spec), [from, to], moments, now)[0]!;
  } finally {
    for (const block of blocks) device.memory.release(block);
  }
}

function allocated(device: WasmDevice, bytes: number, blocks: Block[]): boolean {
  try {
    blocks.push(device.memory.allocate(bytes));
    return true;
  } catch (error) {
    // Other plans may hold most of the memory: a smaller copy will do, the smallest has to.
    if (!(error instanceof ConvsmithError) || bytes === copyBytes.at(-1)) throw error;
    return false;
  }
}

/** The milliseconds of some calls, shortest first. `blocks`: input and output. */
function timed(
  device: WasmDevice,
  step: KernelStep,
  blocks: readonly Block[],
  calls: number,
  now: () => number,
): number[] {
  const { memory, pool, kernels } = device;
  const kernel = kernels.get(step);
  const block = memory.allocate(4 * step.arguments.length);
  const words = step.arguments.map((each) =>
    typeof each === "number" ? each : blocks[each.buffer === "input" ? 0 : 1]!.address + 4 * (each.offset ?? 0),
  );
  memory.ints.set(words, block.address >> 2);
  const times: number[] = [];
  const until = now() + enoughMilliseconds;
  for (let call = 0; call < calls && (call < fewest || now() < until); call++) {
    const start = now();
    pool.run(kernel.id, kernel.run, block.address, step.pieces);
    times.push(now() - start);
  }
  memory.release(block);
  return times.sort((a, b) => a - b);
}
