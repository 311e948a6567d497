import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Generator } from "../../src/core/generator.ts";
import { numel, type Shape } from "../../src/core/shape.ts";
import { safetensorsFromFloat32, safetensorsFromInt32, writeSafetensors } from "../../src/formats/node.ts";
import { zeros } from "../../src/index.ts";
import { buildNetwork } from "./network.ts";
import type { Workload } from "./workload.ts";

export const cacheFolder = fileURLToPath(new URL("../.cache", import.meta.url));

const statistics = [
  ["running_mean", (value: number) => (value - 0.5) / 5],
  ["running_var", (value: number) => 0.5 + value],
] as const;

/**
 * Writes what all sides start from to a file, and returns its path: parameters and buffers under their state_dict keys, `input`
 * in [0, 1) and, for training, `target`.
 */
export async function writeStart(workload: Workload): Promise<string> {
  mkdirSync(cacheFolder, { recursive: true });
  const network = buildNetwork(workload);
  const tensors = new Map<string, ReturnType<typeof safetensorsFromFloat32>>();
  const generator = new Generator(1);
  const uniform = (shape: Shape) => Float32Array.from({ length: numel(shape) }, () => generator.uniform());
  for (const [name, each] of network.stateDict()) {
    // A batch norm's fresh statistics would leave what they normalise as it is.
    const own = statistics.find(([ending]) => workload.kind === "forward" && name.endsWith(ending));
    const data = own ? uniform(each.shape).map(own[1]) : Float32Array.from(await each.data());
    tensors.set(name, safetensorsFromFloat32(data, each.shape));
  }
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
