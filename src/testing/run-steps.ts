import v8 from "node:v8";
import type { BufferKind, KernelPlan, Target } from "../core/kernel.ts";

v8.setFlagsFromString("--experimental-wasm-relaxed-simd");

export const testMemory = { initialPages: 1, maximumPages: 4096, shared: true } as const;

/** A target for tests, without and with fused multiply-add. */
export const testTargets: readonly Target[] = [
  { fusedMultiplyAdd: false, numerics: "fast", tile: [4, 8], memory: testMemory },
  { fusedMultiplyAdd: true, numerics: "fast", tile: [4, 8], memory: testMemory },
];

type Numbers = Float32Array | Int32Array;

const guardBytes = 64;
const guardByte = 0xa5;

/**
 * Runs the steps of a plan on one thread, pieces last to first. `input`, `output` and `operand` buffers are given with
 * their first contents and get their last ones. One of them (`atEnd`) ends where the memory ends, so that reading past it
 * traps. @throws Error when bytes beside a buffer were written.
 */
export function runSteps(
  plan: KernelPlan,
  buffers: {
    readonly input?: readonly Numbers[];
    readonly output: readonly Numbers[];
    readonly operand?: readonly Numbers[];
  },
  atEnd = 0,
): void {
  const named: [kind: BufferKind, index: number, numbers: Numbers][] = [];
  const add = (kind: BufferKind, arrays: readonly Numbers[] = []) => {
    for (const [index, numbers] of arrays.entries()) named.push([kind, index, numbers]);
  };
  add("input", buffers.input);
  add("output", buffers.output);
  add("operand", buffers.operand);
  add("table", plan.tables);
  add(
    "workspace",
    plan.workspaces?.map((bytes) => new Float32Array(bytes / 4).fill(Number.NaN)),
  );
  const last = atEnd % named.length;
  named.push(...named.splice(last, 1));

  const addresses = new Map<string, number>();
  let next = 1024 + guardBytes;
  for (const [kind, index, numbers] of named) {
    addresses.set(kind + index, next);
    next += numbers.byteLength + guardBytes;
  }
  const argumentBytes = Math.max(...plan.steps.map((step) => step.arguments.length)) * 4;
  const scratchBytes = Math.max(...plan.steps.map((step) => step.scratchBytes ?? 0));
  const memory = new WebAssembly.Memory({
    initial: Math.ceil((next + argumentBytes + scratchBytes) / 65536) + 1,
    maximum: testMemory.maximumPages,
    shared: testMemory.shared,
  });
  const bytes = new Uint8Array(memory.buffer).fill(guardByte);
  // The last buffer ends where the memory ends.
  const base = bytes.length - (next - guardBytes);
  const place = (kind: string) => addresses.get(kind)! + base;
  for (const [kind, index, numbers] of named) {
    bytes.set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength), place(kind + index));
  }
  const argumentBlock = 64;
  const scratch = Math.ceil((argumentBlock + argumentBytes) / 16) * 16;
  if (scratch + scratchBytes > base) throw new Error("the test memory is too small");

  for (const step of plan.steps) {
    const words = new Int32Array(memory.buffer, argumentBlock, step.arguments.length);
    for (const [at, argument] of step.arguments.entries()) {
      words[at] =
        typeof argument === "number" ? argument : place(argument.buffer + argument.index) + 4 * (argument.offset ?? 0);
    }
    const instance = new WebAssembly.Instance(new WebAssembly.Module(step.emit()), { env: { memory } });
    const run = instance.exports.run as (block: number, first: number, last: number, scratch: number) => void;
    for (let piece = step.pieces - 1; piece >= 0; piece--) run(argumentBlock, piece, piece + 1, scratch);
  }

  for (const [kind, index, numbers] of named) {
    const start = place(kind + index);
    const end = start + numbers.byteLength;
    for (let at = 1; at <= guardBytes; at++) {
      if (bytes[start - at] !== guardByte || (end + at <= bytes.length && bytes[end + at - 1] !== guardByte)) {
        throw new Error(`${kind} ${index}: bytes beside the buffer were written`);
      }
    }
    if (kind === "workspace" || kind === "table") continue;
    new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength).set(bytes.slice(start, end));
  }
}
