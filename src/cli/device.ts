import { ArgumentError } from "../core/errors.ts";
import { createWasmDevice } from "../devices/wasm/create.ts";
import type { WasmDevice } from "../devices/wasm/device.ts";
import { wasmKernels } from "../ops/wasm.ts";
import { setDevice } from "../tensor/index.ts";

/** Runs on WASM with so many threads: all cores, or CONVSMITH_THREADS, where `threads` is left out. @throws ArgumentError */
export function useWasm(threads?: number): WasmDevice {
  if (threads !== undefined && !(Number.isSafeInteger(threads) && threads >= 1)) {
    throw new ArgumentError(`--threads must be a whole number from 1, got ${threads}`);
  }
  const device = createWasmDevice(wasmKernels, threads === undefined ? {} : { threads });
  setDevice(device);
  return device;
}
