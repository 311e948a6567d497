import { FunctionBuilder, type Local } from "../../src/codegen/wasm/assembler.ts";
import { encodeModule } from "../../src/codegen/wasm/module.ts";
import type { Target } from "../../src/core/kernel.ts";

const accumulators = 12;

/** A function that measures this thread's peak once, in GFLOP/s: independent multiply-adds in registers and nothing else. */
export function peakMeter(target: Target): () => number {
  const f = new FunctionBuilder("run", ["i32"]);
  const [rounds] = f.parameters as [Local];
  const sums = f.locals("v128", accumulators);
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
  const memory = new WebAssembly.Memory({
    initial: target.memory.initialPages,
    maximum: target.memory.maximumPages,
    shared: target.memory.shared,
  });
  const module = new WebAssembly.Module(encodeModule([f], target.memory));
  const run = new WebAssembly.Instance(module, { env: { memory } }).exports.run as (rounds: number) => void;
  for (let call = 0; call < 200; call++) run(1000);
  return () => {
    const rounds = 1e5;
    const start = performance.now();
    run(rounds);
    return (rounds * accumulators * 8) / ((performance.now() - start) * 1e6);
  };
}
