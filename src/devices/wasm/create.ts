import type { WasmKernel } from "../../core/kernel.ts";
import { WasmDevice } from "./device.ts";
import { detectPlatform, type Platform, probeFusedMultiplyAdd } from "./platform.ts";
import { probeTile, type Tile } from "./probe.ts";
import { widen } from "./revectorize.ts";

/** The WASM device for this machine: all cores, or as many threads as `threads` or CONVSMITH_THREADS says. */
export function createWasmDevice(kernels: readonly WasmKernel[], options: { threads?: number } = {}): WasmDevice {
  const platform = detectPlatform();
  const asked = options.threads ?? Number(platform.environment.CONVSMITH_THREADS ?? 0);
  const threads = Number.isInteger(asked) && asked > 0 ? asked : platform.cores;
  const fusedMultiplyAdd = probeFusedMultiplyAdd(platform);
  return new WasmDevice({
    kernels,
    target: { fusedMultiplyAdd, tile: tileFor(platform, fusedMultiplyAdd) },
    threads,
    startThread: platform.startThread,
    mayWait: platform.mayWait,
    shared: platform.sharedMemory,
    breathe: platform.breathe,
    warn: (message) => console.warn(`convsmith: ${message}`),
  });
}

/** Probed once: the revectorizer is a matter of the process, and stays as it was found. */
let tile: Tile | null = null;

function tileFor(platform: Platform, fusedMultiplyAdd: boolean): Tile {
  tile ??= widen(platform, fusedMultiplyAdd, probeTile(fusedMultiplyAdd)).tile;
  return tile;
}
