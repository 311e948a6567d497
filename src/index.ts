import type { DeviceChoices } from "./devices/wasm/choices.ts";
import { createWasmDevice } from "./devices/wasm/create.ts";
import { wasmKernels } from "./ops/wasm.ts";
import { setDefaultDevice } from "./tensor/index.ts";

export { memoryOf, Summary, summarize } from "./analysis/index.ts";
export * from "./core/errors.ts";
export type { DType, Shape } from "./core/shape.ts";
export { ReferenceDevice } from "./devices/reference/device.ts";
export type { WasmDevice } from "./devices/wasm/device.ts";
export type { Device } from "./engine/device.ts";
export * as models from "./models/index.ts";
export * as nn from "./nn/index.ts";
export * as optim from "./optim/index.ts";
export * from "./tensor/index.ts";
export { wasmDevice };

/**
 * A WASM device with every kernel there is. `threads`: all cores where left out, or CONVSMITH_THREADS. `numerics`: "fast"
 * where left out, or CONVSMITH_NUMERICS; "exact" leaves out F(4x4,3x3), whose results round up to four times as much.
 * @throws ArgumentError for other numerics.
 */
function wasmDevice(options: DeviceChoices = {}) {
  return createWasmDevice(wasmKernels, options);
}

setDefaultDevice(() => wasmDevice());
