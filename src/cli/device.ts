import { createWasmDevice } from "../devices/wasm/create.ts";
import type { WasmDevice } from "../devices/wasm/device.ts";
import { threadLimit } from "../devices/wasm/threads.ts";
import { wasmKernels } from "../ops/wasm.ts";
import { setDevice } from "../tensor/index.ts";
import { checkWhole } from "./whole-number.ts";

/** Runs on WASM with so many threads: all cores, or CONVSMITH_THREADS, where `threads` is left out. @throws UsageError */
export function useWasm(threads?: number): WasmDevice {
  checkWhole("--threads", threads, 1, threadLimit);
  const device = createWasmDevice(wasmKernels, threads === undefined ? {} : { threads });
  setDevice(device);
  return device;
}
