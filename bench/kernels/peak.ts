import { FunctionBuilder, type Local } from "../../src/codegen/wasm/assembler.ts";
import { encodeModule } from "../../src/codegen/wasm/module.ts";
import type { Target } from "../../src/core/kernel.ts";

/** As many sums as hide a multiply-add's latency: 12 in 128-bit registers, 24 where V8 packs two into a 256-bit one. */
const accumulators = [12, 24];

/** A function that measures this thread's peak once, in GFLOP/s: independent multiply-adds in registers and nothing else. */
export function peakMeter(target: Target): () => number {
  const memory = new WebAssembly.Memory({
    initial: target.memory.initialPages,
    maximum: target.memory.maximumPages,
    shared: target.memory.shared,
  });
  const module = new WebAssembly.Module(encodeModule(accumulators.map(multiplyAdds(target)), target.memory));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const meters = accumulators.map((count) => {
    const run = exports[`run${count}`] as (rounds: number) => void;
    for (let call = 0; call < 200; call++) run(1000);
    return (flops: number) => {
      const rounds = Math.round(flops / (count * 8));
      const start = performance.now();
      run(rounds);
      return (rounds * count * 8) / ((performance.now() - start) * 1e6);
    };
  });
  // The better one is chosen by its best of many moments: in a single one the machine may be busy.
  const best = meters.map((meter) => Math.max(...Array.from({ length: 20 }, () => meter(1e6))));
  const chosen = meters[best.indexOf(Math.max(...best))]!;
  return () => chosen(1e7);
}

function multiplyAdds(target: Target): (count: number) => FunctionBuilder {
  return (count) => {
    const f = new FunctionBuilder(`run${count}`, ["i32"]);
    const [rounds] = f.parameters as [Local];
    const sums = f.locals("v128", count);
    const factor = f.local("v128");
    f.f32x4(0.5).set(factor);
    f.loop(() => {
      for (const sum of sums) {
        if (target.fusedMultiplyAdd) f.get(factor).get(factor).get(sum).op("f32x4.relaxed_madd").set(sum);
        else f.get(sum).get(factor).get(sum).op("f32x4.mul").op("f32x4.add").set(sum);
      }
      f.get(rounds).i32(1).op("i32.sub").tee(rounds).branchIf(0);
    });
    // Stored side by side, as kernels do: where V8 packs neighbours into 256 bits, it packs these too.
    for (const [at, sum] of sums.entries())
      f.i32(16 * at)
        .get(sum)
        .store("v128.store");
    return f;
  };
}
