import { FunctionBuilder, type Local } from "../../codegen/wasm/assembler.ts";
import { emitTranspose4x4 } from "../../codegen/wasm/emit.ts";
import { VectorPool } from "../../codegen/wasm/math.ts";
import { encodeModule } from "../../codegen/wasm/module.ts";
import { contiguousWishes, inputAddress, outputAddress, type Target, type WasmKernel } from "../../core/kernel.ts";
import { numel } from "../../core/shape.ts";
import { uniformOp } from "./uniform.ts";

/** A multiple of 16. */
const pieceElements = 16384;

/** Philox 4x32-10 on four counters at a time: lane k of the four vectors is block 4g + k. */
export const uniformWasm: WasmKernel = {
  op: uniformOp,
  name: "philox on four lanes",
  accepts: () => true,
  wishes: contiguousWishes,
  plan: (call) => {
    const count = numel(call.output.shape);
    return {
      steps: [
        {
          label: "uniform",
          key: "uniform philox",
          emit: () => emit(call.target),
          arguments: [inputAddress(call, 0), outputAddress(call), count],
          pieces: Math.ceil(count / pieceElements),
          scratchBytes: 64,
        },
      ],
    };
  },
};

function emit(target: Target): Uint8Array<ArrayBuffer> {
  const f = new FunctionBuilder("run", ["i32", "i32", "i32", "i32"]);
  const [block, first, last, scratch] = f.parameters as [Local, Local, Local, Local];
  const [stream, output, count, at, end, to, copied, rest] = f.locals("i32", 8) as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  const [low, high, before] = f.locals("v128", 3) as [Local, Local, Local];
  for (const [index, local] of [stream, output, count].entries())
    f.get(block)
      .load("i32.load", 4 * index)
      .set(local);
  f.get(first).mul(pieceElements).set(at);
  f.get(last).mul(pieceElements).set(end);
  f.min(end, count).set(end);

  // 64-bit counters: `low` starts at counter + at / 4 + lane, and what overflows is carried to `high`.
  f.get(stream).load("v128.load32_splat", 12).set(high);
  f.get(stream).load("v128.load32_splat", 8).tee(before);
  f.get(at).i32(2).op("i32.shr_u").op("i32x4.splat");
  f.i32x4(0);
  for (let lane = 1; lane < 4; lane++) f.i32(lane).lane("i32x4.replace_lane", lane);
  f.op("i32x4.add").op("i32x4.add").set(low);
  carry(f, low, before, high);

  f.block(() => {
    f.get(at).get(end).op("i32.ge_s").branchIf(0);
    f.loop(() => {
      const words = philoxLanes(f, low, high, stream);
      // A last group of fewer than 16 numbers goes through scratch memory.
      f.get(scratch).get(output).get(at).i32(2).op("i32.shl").op("i32.add");
      f.get(end).sub(at).tee(rest).i32(16).op("i32.lt_s").op("select").set(to);
      storeTransposed(f, words, to);
      f.get(rest).i32(16).op("i32.lt_s");
      f.if(() => {
        f.for(copied, 0, rest, 1, () => {
          f.get(output).get(at).add(copied).i32(2).op("i32.shl").op("i32.add");
          f.get(scratch).get(copied).i32(2).op("i32.shl").op("i32.add").load("i32.load").store("i32.store");
        });
      });
      f.get(low).tee(before).i32x4(4).op("i32x4.add").set(low);
      carry(f, low, before, high);
      f.get(at).add(16).tee(at).get(end).op("i32.lt_s").branchIf(0);
    });
  });
  return encodeModule([f], target.memory);
}

/** high += 1 where low, unsigned, is less than it was before an addition. */
function carry(f: FunctionBuilder, low: Local, before: Local, high: Local): void {
  const signs = -0x80000000;
  f.get(high);
  f.get(low).i32x4(signs).op("v128.xor").get(before).i32x4(signs).op("v128.xor").op("i32x4.lt_s");
  f.op("i32x4.sub").set(high);
}

/** Ten rounds. Returns the four words of each lane's block. */
function philoxLanes(f: FunctionBuilder, low: Local, high: Local, stream: Local): Local[] {
  let words = f.locals("v128", 4);
  const keys = f.locals("v128", 2);
  f.get(low).set(words[0]!).get(high).set(words[1]!).i32x4(0).tee(words[2]!).set(words[3]!);
  for (const [index, key] of keys.entries())
    f.get(stream)
      .load("v128.load32_splat", 4 * index)
      .set(key);
  const [even, odd, firstHigh, secondHigh] = f.locals("v128", 4) as [Local, Local, Local, Local];
  /** Sets `lowOut` and `highOut` to the two halves of x times a constant. */
  const multiply = (x: Local, factor: number, lowOut: Local, highOut: Local) => {
    f.get(x).i32x4(factor).op("i64x2.extmul_low_i32x4_u").set(even);
    f.get(x).i32x4(factor).op("i64x2.extmul_high_i32x4_u").set(odd);
    f.get(even).get(odd).shuffleLanes([1, 3, 5, 7]).set(highOut);
    f.get(even).get(odd).shuffleLanes([0, 2, 4, 6]).set(lowOut);
  };
  for (let round = 0; round < 10; round++) {
    const [c0, c1, c2, c3] = words as [Local, Local, Local, Local];
    // c0 and c2 are overwritten by the low halves, which are the new c3 and c1.
    multiply(c0, 0xd2511f53, c0, firstHigh);
    multiply(c2, 0xcd9e8d57, c2, secondHigh);
    f.get(secondHigh).get(c1).op("v128.xor").get(keys[0]!).op("v128.xor").set(c1);
    f.get(firstHigh).get(c3).op("v128.xor").get(keys[1]!).op("v128.xor").set(c3);
    words = [c1, c2, c3, c0];
    for (const [index, step] of [0x9e3779b9, 0xbb67ae85].entries()) {
      f.get(keys[index]!).i32x4(step).op("i32x4.add").set(keys[index]!);
    }
  }
  return words;
}

/** Stores the 24 high bits of each word as a number in [0, 1), block after block. */
function storeTransposed(f: FunctionBuilder, words: readonly Local[], to: Local): void {
  for (const word of words) {
    f.get(word)
      .i32(8)
      .op("i32x4.shr_u")
      .op("f32x4.convert_i32x4_s")
      .f32x4(2 ** -24)
      .op("f32x4.mul")
      .set(word);
  }
  emitTranspose4x4(f, words, new VectorPool(f));
  for (const [at, word] of words.entries())
    f.get(to)
      .get(word)
      .store("v128.store", 16 * at);
}
