import type { WasmKernel } from "../core/kernel.ts";
import { convTranspose2dDirect } from "./convolution/conv-transpose2d.wasm.ts";
import { conv2dDirect } from "./convolution/conv2d.wasm.ts";
import { conv2dWeightGradientWasm } from "./convolution/conv2d-weight-gradient.wasm.ts";
import { depthwiseWeightGradientWasm } from "./convolution/depthwise-weight-gradient.wasm.ts";
import { winogradKernels } from "./convolution/winograd.wasm.ts";
import { winogradWeightGradientKernels } from "./convolution/winograd-weight-gradient.wasm.ts";
import { gatherKernel, scatterSumKernel } from "./gather-scatter/gather-scatter.wasm.ts";
import { matmulWasm } from "./matmul/matmul.wasm.ts";
import { maxPool2dKernels } from "./max-pool/max-pool.wasm.ts";
import { uniformWasm } from "./random/uniform.wasm.ts";
import { argmaxKernel } from "./reduce/argmax.wasm.ts";
import { resample2dKernel } from "./resample/resample.wasm.ts";

/** Every kernel of the WASM device, one line a room; of those for one op, the first that accepts a call is taken. */
export const wasmKernels: readonly WasmKernel[] = [
  ...winogradKernels,
  ...winogradWeightGradientKernels,
  ...[conv2dDirect, convTranspose2dDirect, depthwiseWeightGradientWasm, conv2dWeightGradientWasm],
  ...[gatherKernel, scatterSumKernel],
  ...[matmulWasm],
  ...maxPool2dKernels,
  ...[uniformWasm],
  ...[argmaxKernel],
  ...[resample2dKernel],
];
