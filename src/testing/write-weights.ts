import { safetensorsFromFloat32, writeSafetensors } from "../formats/node.ts";
import type { Module } from "../nn/index.ts";

/** Writes a network's numbers as a training run does. */
export async function writeWeights(
  path: string,
  network: Module,
  metadata: Record<string, string> = {},
): Promise<void> {
  const tensors = new Map();
  for (const [name, tensor] of network.stateDict()) {
    tensors.set(name, safetensorsFromFloat32((await tensor.data()) as Float32Array, tensor.shape));
  }
  await writeSafetensors(path, tensors, metadata);
}
