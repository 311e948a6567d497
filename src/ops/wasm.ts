import type { WasmKernel } from "../core/kernel.ts";
import { convTranspose2dDirect } from "./convolution/conv-transpose2d.wasm.ts";
import { conv2dDirect } from "./convolution/conv2d.wasm.ts";
import { maxPool2dKernels } from "./max-pool/max-pool.wasm.ts";
import { resample2dKernel } from "./resample/resample.wasm.ts";

/** Every kernel of the WASM device, one line a room; of those for one op, the first that accepts a call is taken. */
export const wasmKernels: readonly WasmKernel[] = [
  ...[conv2dDirect, convTranspose2dDirect],
  ...maxPool2dKernels,
  ...[resample2dKernel],
];
