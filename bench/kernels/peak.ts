import { emitMultiplyAdds, roundFlops } from "../../src/codegen/wasm/multiply-adds.ts";
import type { Target } from "../../src/core/kernel.ts";
import type { Run } from "../../src/devices/wasm/threads.ts";

/** As many sums as hide a multiply-add's latency: 12 in 128-bit registers, 24 where V8 packs two into a 256-bit one. */
const accumulators = [12, 24];
const scratch = 64;

/** A function that measures this thread's peak once, in GFLOP/s: independent multiply-adds in registers and nothing else. */
export function peakMeter(target: Target): () => number {
  const memory = new WebAssembly.Memory({
    initial: target.memory.initialPages,
    maximum: target.memory.maximumPages,
    shared: target.memory.shared,
  });
  const words = new Int32Array(memory.buffer);
  const meters = accumulators.map((count) => {
    const module = new WebAssembly.Module(emitMultiplyAdds(count, target));
    const run = new WebAssembly.Instance(module, { env: { memory } }).exports.run as Run;
    const rounds = (wanted: number) => {
      words[0] = wanted;
      run(0, 0, 1, scratch);
    };
    for (let call = 0; call < 200; call++) rounds(1000);
    return (flops: number) => {
      const wanted = Math.round(flops / (count * roundFlops));
      const start = performance.now();
      rounds(wanted);
      return (wanted * count * roundFlops) / ((performance.now() - start) * 1e6);
    };
  });
  // The better one is chosen by its best of many moments: in a single one the machine may be busy.
  const best = meters.map((meter) => Math.max(...Array.from({ length: 20 }, () => meter(1e6))));
  const chosen = meters[best.indexOf(Math.max(...best))]!;
  return () => chosen(1e7);
}
