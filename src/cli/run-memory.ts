import { type MemoryParts, type Network, planOf } from "../analysis/index.ts";
import type { Shape } from "../core/shape.ts";
import { createWasmDevice } from "../devices/wasm/create.ts";
import type { WasmDevice } from "../devices/wasm/device.ts";
import { wasmKernels } from "../ops/wasm.ts";
import { setDevice } from "../tensor/index.ts";

/** The device that memory is told for: all cores, or as many as CONVSMITH_THREADS says. */
export function memoryDevice(): WasmDevice {
  const device = createWasmDevice(wasmKernels, {});
  setDevice(device);
  return device;
}

/** What a run allocates on the device. The network is left unusable. */
export async function memoryParts(
  network: Network,
  shape: Shape,
  device: WasmDevice,
  train = false,
): Promise<MemoryParts> {
  const bytes = (tensors: readonly { readonly numel: number }[]) =>
    tensors.reduce((sum, { numel }) => sum + 4 * numel, 0);
  const [parameters, buffers] = [bytes(network.parameters()), bytes(network.buffers())];
  network.train(train);
  const { arenaBytes } = await planOf(network, shape, device, { train });
  const parts = [
    { name: "arena", bytes: arenaBytes },
    { name: "parameters", bytes: parameters },
    { name: "buffers", bytes: buffers },
  ];
  if (train) parts.push({ name: "gradients", bytes: parameters }, { name: "optimizer", bytes: 2 * parameters });
  return parts.filter((part) => part.bytes > 0);
}
