import type { MemoryPart, Network, RunMemory } from "../analysis/index.ts";
import { runMemory } from "../analysis/memory.ts";
import type { Shape } from "../core/shape.ts";
import { createWasmDevice } from "../devices/wasm/create.ts";
import type { WasmDevice } from "../devices/wasm/device.ts";
import { wasmKernels } from "../ops/wasm.ts";

/** A run's memory is told for this device: all cores, or as many as CONVSMITH_THREADS says. */
export const memoryDevice = (): WasmDevice => createWasmDevice(wasmKernels, {});

/** What the bytes of a run depend on, beside the network and its input. */
export interface MemorySetting {
  readonly device: string;
  readonly threads: number;
  /** Rows and columns of the register tile, which a probe chooses. */
  readonly tile: readonly [rows: number, columns: number];
  /** A training step with Adam, instead of an inference. */
  readonly train: boolean;
}

export function memorySetting({ name, pool, backend }: WasmDevice, train = false): MemorySetting {
  return { device: name, threads: pool.threads, tile: backend.target.tile, train };
}

/** "wasm with 2 threads and register tiles of 6x8". */
export function deviceText({ device, threads, tile }: Omit<MemorySetting, "train">): string {
  return `${device} with ${threads} thread${threads === 1 ? "" : "s"} and register tiles of ${tile.join("x")}`;
}

/** What is counted as memory, in one sentence. */
export function countedText(setting: MemorySetting): string {
  const run = setting.train ? "a training step with Adam" : "inference";
  const what = setting.train ? ", gradients and the optimiser's" : "";
  return `memory: all that ${run} allocates on ${deviceText(setting)}: parameters and buffers${what}, an arena for input, activations and workspaces, packed weights, and kernels`;
}

/** What a run of the network allocates there. Nothing is computed. */
export function memoryOn(device: WasmDevice, network: Network, shape: Shape, train = false): RunMemory {
  return runMemory(network, shape, device, train);
}

/** All that a run allocates, the arena by what lies in it at the peak: the sum is the total. */
export function memoryParts(memory: RunMemory): MemoryPart[] {
  const { buffers } = memory.peak;
  const taken = buffers.reduce((sum, { bytes }) => sum + bytes, 0);
  const parts: MemoryPart[] = [
    ...buffers.map(({ layer, kind, bytes }) => ({
      name: layer === null ? "(input)" : layer || "(network)",
      description: kind === "workspace" ? "workspace of its kernel, at the peak" : "values, at the peak",
      bytes,
    })),
    { name: "gaps", description: "between values at the peak", bytes: memory.arenaBytes - taken },
    { name: "parameters", description: "", bytes: memory.parameterBytes },
    { name: "buffers", description: "such as running statistics", bytes: memory.bufferBytes },
    { name: "gradients", description: "", bytes: memory.gradientBytes },
    { name: "optimiser", description: "what Adam remembers", bytes: memory.optimizerBytes },
    { name: "kept between runs", description: "packed weights", bytes: memory.keptBytes },
    {
      name: "kernels",
      description: "with their arguments and tables, and the threads",
      bytes: memory.kernelBytes + memory.argumentBytes + memory.tableBytes + memory.threadBytes + memory.alignmentBytes,
    },
  ];
  return parts.filter(({ bytes }) => bytes > 0);
}
