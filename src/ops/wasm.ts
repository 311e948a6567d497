import type { WasmKernel } from "../core/kernel.ts";
import { maxPool2dKernels } from "./max-pool/max-pool.wasm.ts";
import { resample2dKernel } from "./resample/resample.wasm.ts";

/** Every kernel of the WASM device, one line a room; of those for one op, the first that accepts a call is taken. */
export const wasmKernels: readonly WasmKernel[] = [...maxPool2dKernels, ...[resample2dKernel]];
