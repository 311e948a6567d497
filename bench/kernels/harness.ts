import v8 from "node:v8";
import { FunctionBuilder, type Local } from "../../src/codegen/wasm/assembler.ts";
import { encodeModule } from "../../src/codegen/wasm/module.ts";
import type { Argument, KernelPlan, Layout, Target } from "../../src/core/kernel.ts";

const major = Number(process.versions.node.split(".")[0]);
if (major < 22) v8.setFlagsFromString("--experimental-wasm-relaxed-simd");

const initialPages = 8192;
export const memory = new WebAssembly.Memory({ initial: initialPages, maximum: initialPages, shared: true });
const floats = new Float32Array(memory.buffer);

/** CONVSMITH_TILE=6x8 names another register tile than the one that suits this version of Node. */
export function benchTarget(): Target {
  const [rows, columns] = (process.env.CONVSMITH_TILE ?? (major < 24 ? "3x12" : "6x8")).split("x").map(Number);
  return {
    fusedMultiplyAdd: true,
    numerics: "fast",
    tile: [rows!, columns!],
    memory: { initialPages, maximumPages: initialPages, shared: true },
  };
}

let top = 1024;
function allocate(bytes: number): number {
  const at = top;
  top += Math.ceil(bytes / 64) * 64 + 64;
  if (top > memory.buffer.byteLength) throw new Error("the benchmark's memory is full");
  return at;
}

/** Places a plan's buffers in memory, filled with small numbers, and returns its pieces, in order. */
export function prepare(plan: KernelPlan, inputs: readonly Layout[], output: Layout): (() => void)[] {
  top = 1024;
  const buffers = {
    input: inputs.map(({ size }) => allocate(4 * size)),
    output: [allocate(4 * output.size)],
    operand: [] as number[],
    workspace: (plan.workspaces ?? []).map(allocate),
    table: (plan.tables ?? []).map((table) => {
      const at = allocate(table.byteLength);
      new Int32Array(memory.buffer, at, table.length).set(table);
      return at;
    }),
  };
  for (let at = 0; at < top / 4; at++) if (at < buffers.output[0]! >> 2) floats[at] = ((at * 7919) % 1000) / 1000 - 0.5;
  const resolve = (argument: Argument) =>
    typeof argument === "number" ? argument : buffers[argument.buffer][argument.index]! + 4 * (argument.offset ?? 0);
  const steps = plan.steps.map((step) => {
    const block = allocate(4 * step.arguments.length);
    new Int32Array(memory.buffer, block, step.arguments.length).set(step.arguments.map(resolve));
    const scratch = allocate(step.scratchBytes ?? 0);
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(step.emit()), { env: { memory } });
    const run = exports.run as (block: number, first: number, last: number, scratch: number) => void;
    return Array.from({ length: step.pieces }, (_, piece) => () => run(block, piece, piece + 1, scratch));
  });
  return steps.flat();
}

/**
 * Seconds of one run of all pieces, after warming up: the sum of each piece's best, so that a machine that is busy now and
 * then does not count.
 */
export function bestSeconds(pieces: readonly (() => void)[], milliseconds = 600): number {
  const warm = performance.now();
  while (performance.now() - warm < milliseconds / 2) for (const piece of pieces) piece();
  const best = new Float64Array(pieces.length).fill(Number.POSITIVE_INFINITY);
  const begin = performance.now();
  do {
    for (const [at, piece] of pieces.entries()) {
      const start = performance.now();
      piece();
      best[at] = Math.min(best[at]!, performance.now() - start);
    }
  } while (performance.now() - begin < milliseconds);
  return best.reduce((a, b) => a + b, 0) / 1000;
}

/** GFLOP/s of independent multiply-adds in registers: what one thread can reach at most. */
export function peakGflops(): number {
  const f = new FunctionBuilder("run", ["i32"]);
  const [count] = f.parameters as [Local];
  // The 256-bit revectorizer halves the registers, and needs as many sums to be busy.
  const sums = f.locals("v128", benchTarget().tile[1] > 12 ? 24 : 12);
  const [a, b] = f.locals("v128", 2) as [Local, Local];
  f.loop(() => {
    for (const sum of sums) f.get(a).get(b).get(sum).op("f32x4.relaxed_madd").set(sum);
    f.get(count).i32(1).op("i32.sub").tee(count).branchIf(0);
  });
  for (const [at, sum] of sums.entries())
    f.i32(16 * at)
      .get(sum)
      .store("v128.store");
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(encodeModule([f], benchTarget().memory)), {
    env: { memory },
  });
  const run = exports.run as (count: number) => void;
  const rounds = 20000;
  return (rounds * sums.length * 8) / bestSeconds([() => run(rounds)], 300) / 1e9;
}

export function report(
  rows: readonly { readonly name: string; readonly flops: number; readonly run: () => (() => void)[] }[],
): void {
  const peak = peakGflops();
  console.log(
    `Node ${process.version}, tile ${benchTarget().tile.join("x")}, multiply-add peak ${peak.toFixed(1)} GFLOP/s`,
  );
  for (const { name, flops, run } of rows) {
    const seconds = bestSeconds(run());
    const rate = flops / seconds / 1e9;
    const share = `${((100 * rate) / peak).toFixed(0)} %`;
    console.log(
      `${name.padEnd(64)} ${(1000 * seconds).toFixed(3).padStart(9)} ms ${rate.toFixed(1).padStart(6)} ${share.padStart(6)}`,
    );
  }
}
