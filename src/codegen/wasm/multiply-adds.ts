import type { Target } from "../../core/kernel.ts";
import { FunctionBuilder, type Local } from "./assembler.ts";
import { encodeModule } from "./module.ts";

/** Flops of one round for each accumulator: four lanes, a product and a sum. */
export const roundFlops = 8;

/**
 * Independent multiply-adds in registers and nothing else: what a thread can reach. The first word of the argument block
 * says how many rounds a piece makes, of one multiply-add for each of `accumulators` vectors.
 */
export function emitMultiplyAdds(accumulators: number, target: Target): Uint8Array<ArrayBuffer> {
  const f = new FunctionBuilder("run", ["i32", "i32", "i32", "i32"]);
  const [block, first, last, scratch] = f.parameters as [Local, Local, Local, Local];
  const sums = f.locals("v128", accumulators);
  const factor = f.local("v128");
  const rounds = f.local("i32");
  f.f32x4(0.5).set(factor);
  f.get(last).sub(first).get(block).load("i32.load").op("i32.mul").set(rounds);
  f.loop(() => {
    for (const sum of sums) {
      if (target.fusedMultiplyAdd) f.get(factor).get(factor).get(sum).op("f32x4.relaxed_madd").set(sum);
      else f.get(sum).get(factor).get(sum).op("f32x4.mul").op("f32x4.add").set(sum);
    }
    f.countDown(rounds);
  });
  // Stored side by side, as kernels do: where V8 packs neighbours into 256 bits, it packs these too.
  for (const [at, sum] of sums.entries())
    f.get(scratch)
      .get(sum)
      .store("v128.store", 16 * at);
  return encodeModule([f], target.memory);
}
