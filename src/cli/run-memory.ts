import type { MemoryPart, Network, RunMemory } from "../analysis/index.ts";
import { runMemory } from "../analysis/memory.ts";
import type { Shape } from "../core/shape.ts";
import { createWasmDevice } from "../devices/wasm/create.ts";
import type { WasmDevice } from "../devices/wasm/device.ts";
import { wasmKernels } from "../ops/wasm.ts";

/** A run's memory is told for this device: all cores, or as many as CONVSMITH_THREADS says. */
export const memoryDevice = (): WasmDevice => createWasmDevice(wasmKernels, {});

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
    {
      name: "kernels",
      description: "with their arguments and tables, and the threads",
      bytes: memory.kernelBytes + memory.argumentBytes + memory.tableBytes + memory.threadBytes + memory.alignmentBytes,
    },
  ];
  return parts.filter(({ bytes }) => bytes > 0);
}
