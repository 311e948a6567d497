import { stat } from "node:fs/promises";
import { join } from "node:path";
import { ConvsmithError, StateDictError } from "../core/errors.ts";
import { realTensor, type TensorFileOptions, toFloat32, withTensorFile } from "../formats/node.ts";
import type { Module, NamedArray } from "../nn/index.ts";

/** Numbers of a network under their state_dict keys, and what the file says about them. */
export interface WeightFile {
  readonly path: string;
  readonly weights: ReadonlyMap<string, NamedArray>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads a `.safetensors`, `.pt` or `.pth` file, or the weights of a run from its folder. `options`: which dict of a checkpoint,
 * and other names for its keys.
 * @throws FileFormatError for a file that is damaged or something else; ConvsmithError for one that can't be read, or that
 * holds a number that is not finite.
 */
export async function readWeights(source: string, options: TensorFileOptions = {}): Promise<WeightFile> {
  const isFolder = await stat(source).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  const path = isFolder ? join(source, "model.safetensors") : source;
  if (isFolder && !(await exists(path))) {
    throw new ConvsmithError(`${source}: holds no model.safetensors, so it is no run's folder`);
  }
  return await withTensorFile(path, options, ({ tensors, metadata }) => {
    const weights = new Map<string, NamedArray>();
    for (const [name, tensor] of tensors) {
      const data = toFloat32(realTensor(`${path}: ${name}`, tensor));
      const at = data.findIndex((value) => !Number.isFinite(value));
      if (at >= 0) {
        throw new ConvsmithError(
          `${path}: ${name} holds ${data[at]} at element ${at}: these weights are broken, use others`,
        );
      }
      weights.set(name, { shape: tensor.shape, data });
    }
    return { path, weights, metadata };
  });
}

/**
 * Puts the numbers of a file into a network.
 * @throws StateDictError that names the file and every key that does not fit; the network is then unchanged.
 */
export function loadWeights(network: Module, { path, weights }: WeightFile): void {
  try {
    network.loadStateDict(weights);
  } catch (error) {
    if (error instanceof StateDictError) throw new StateDictError(`${path}: ${error.message}`);
    throw error;
  }
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );
