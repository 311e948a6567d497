import { ArgumentError } from "../../core/errors.ts";
import type { NumericsMode, WasmKernel } from "../../core/kernel.ts";
import { WasmDevice } from "./device.ts";
import { detectPlatform, widen } from "./host.ts";
import { type Platform, probeFusedMultiplyAdd } from "./platform.ts";
import { probeTile, type Tile } from "./probe.ts";

export interface DeviceChoices {
  /** All cores where left out, or CONVSMITH_THREADS. */
  readonly threads?: number;
  /** "fast" where left out, or CONVSMITH_NUMERICS. */
  readonly numerics?: NumericsMode;
}

/** The WASM device for this machine. @throws ArgumentError for unknown numerics. */
export function createWasmDevice(kernels: readonly WasmKernel[], options: DeviceChoices = {}): WasmDevice {
  const platform = detectPlatform();
  const asked = options.threads ?? Number(platform.environment.CONVSMITH_THREADS ?? 0);
  const threads = Number.isInteger(asked) && asked > 0 ? asked : platform.cores;
  const numerics = options.numerics ?? (platform.environment.CONVSMITH_NUMERICS || "fast");
  if (numerics !== "exact" && numerics !== "fast") {
    const source = options.numerics === undefined ? "CONVSMITH_NUMERICS" : "numerics";
    throw new ArgumentError(`${source} must be "exact" or "fast", got ${JSON.stringify(numerics)}`);
  }
  const fusedMultiplyAdd = probeFusedMultiplyAdd(platform);
  return new WasmDevice({
    kernels,
    target: { fusedMultiplyAdd, numerics, tile: tileFor(platform, fusedMultiplyAdd) },
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
