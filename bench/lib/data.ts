import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Generator } from "../../src/core/generator.ts";
import { numel, type Shape } from "../../src/core/shape.ts";
import { safetensorsFromFloat32, safetensorsFromInt32, writeSafetensors } from "../../src/formats/node.ts";
import { zeros } from "../../src/index.ts";
import { buildNetwork } from "./network.ts";
import type { Workload } from "./workload.ts";

export const cacheFolder = fileURLToPath(new URL("../.cache", import.meta.url));

/**
 * Writes what all sides start from to a file, and returns its path: the parameters under their state_dict keys, `input`
 * in [0, 1) and, for training, `target`.
 */
export async function writeStart(workload: Workload): Promise<string> {
  mkdirSync(cacheFolder, { recursive: true });
  const network = buildNetwork(workload.layers);
  const tensors = new Map<string, ReturnType<typeof safetensorsFromFloat32>>();
  for (const [name, each] of network.stateDict()) {
    tensors.set(name, safetensorsFromFloat32((await each.data()) as Float32Array, each.shape));
  }
  const generator = new Generator(1);
  const uniform = (shape: Shape) => Float32Array.from({ length: numel(shape) }, () => generator.uniform());
  tensors.set("input", safetensorsFromFloat32(uniform(workload.input), workload.input));
  if (workload.kind === "training") {
    const { shape } = network.forward(zeros(workload.input));
    if (workload.loss === "CrossEntropyLoss") {
      const [count, classes] = shape as [number, number];
      const labels = Int32Array.from({ length: count }, () => Math.floor(generator.uniform() * classes));
      tensors.set("target", safetensorsFromInt32(labels, [count]));
    } else tensors.set("target", safetensorsFromFloat32(uniform(shape), shape));
  }
  const path = `${cacheFolder}/${workload.name}.safetensors`;
  await writeSafetensors(path, tensors);
  return path;
}
