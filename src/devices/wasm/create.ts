import { ArgumentError } from "../../core/errors.ts";
import type { WasmKernel } from "../../core/kernel.ts";
import type { DeviceChoices } from "./choices.ts";
import { WasmDevice } from "./device.ts";
import { askedChoices, detectPlatform, findFusedMultiplyAdd, findTile } from "./host.ts";
import type { Platform } from "./platform.ts";
import type { Tile } from "./probe.ts";

/** The WASM device for this machine. @throws ArgumentError for unknown numerics. */
export function createWasmDevice(kernels: readonly WasmKernel[], options: DeviceChoices = {}): WasmDevice {
  const platform = detectPlatform();
  const { threads = 0, numerics = "fast", source = "numerics" } = askedChoices(options, platform);
  if (numerics !== "exact" && numerics !== "fast") {
    throw new ArgumentError(`${source} must be "exact" or "fast", got ${JSON.stringify(numerics)}`);
  }
  const fusedMultiplyAdd = findFusedMultiplyAdd(platform);
  return new WasmDevice({
    kernels,
    target: { fusedMultiplyAdd, numerics, tile: tileFor(platform, fusedMultiplyAdd) },
    threads: Number.isInteger(threads) && threads > 0 ? threads : platform.cores,
    startThread: platform.startThread,
    mayWait: platform.mayWait,
    shared: platform.sharedMemory,
    breathe: platform.breathe,
  });
}

/** Found once: the revectorizer is a matter of the process, and stays as it was found. */
let tile: Tile | null = null;

function tileFor(platform: Platform, fusedMultiplyAdd: boolean): Tile {
  tile ??= findTile(platform, fusedMultiplyAdd);
  return tile;
}
