import { stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ArgumentError, ConvsmithError } from "../core/errors.ts";
import type { TensorFileOptions } from "../formats/node.ts";
import { Espcn, loadWeights, readWeights, type WeightFile } from "../models/node.ts";

const scales = [2, 3, 4];

/** @throws ArgumentError unless it is 2, 3 or 4. */
export function checkScale(scale: number): void {
  if (!scales.includes(scale)) throw new ArgumentError(`--scale must be 2, 3 or 4, got ${scale}`);
}

/** Where the weights that come with convsmith lie: beside src/ and dist/. */
const shippedFolder = fileURLToPath(new URL("../../weights", import.meta.url));

/**
 * The weights that a user names: `espcn-x3`, `espcn` with a scale, a run's folder, or a `.safetensors`, `.pt` or `.pth` file.
 * @throws ConvsmithError for a name that is none of these, or a file that is damaged.
 */
export async function findWeights(
  model: string,
  scale?: number,
  options: TensorFileOptions = {},
  folder = shippedFolder,
): Promise<WeightFile> {
  const shipped = /^espcn(?:-x(\d+))?$/.exec(model);
  if (!shipped) {
    if (!(await exists(model)) && !/[./\\]/.test(model)) {
      throw new ConvsmithError(
        `${model}: there is no such model. Use espcn-x2, espcn-x3 or espcn-x4, a run's folder, or a .safetensors, .pt or .pth file.`,
      );
    }
    return await readWeights(model, options);
  }
  const own = shipped[1] === undefined ? scale : Number(shipped[1]);
  if (own === undefined) throw new ArgumentError("espcn: needs --scale 2, 3 or 4, or a name such as espcn-x3");
  if (!scales.includes(own)) throw new ArgumentError(`${model}: there are weights for scale 2, 3 and 4 only`);
  const path = join(folder, `espcn-x${own}.safetensors`);
  if (!(await exists(path))) {
    throw new ConvsmithError(
      `espcn-x${own}: its weights are missing (${path}). Name others, such as a run of convsmith train espcn --scale ${own}.`,
    );
  }
  return await readWeights(path);
}

/** The network's name that a file gives, or that the names of its weights tell. */
export function networkName({ metadata, weights }: WeightFile): string {
  return metadata.model ?? (weights.has("conv3.weight") ? "espcn" : "unknown");
}

/**
 * ESPCN with these weights.
 * @throws ConvsmithError for weights of another network or another scale; StateDictError that names what does not fit.
 */
export function espcnOf(file: WeightFile, wanted?: number): { network: Espcn; scale: number } {
  const name = file.metadata.model;
  if (name !== undefined && name !== "espcn") {
    throw new ConvsmithError(
      `${file.path}: holds weights of ${name}, not of espcn. Use a run of convsmith train espcn.`,
    );
  }
  const found = scaleOf(file);
  if (wanted !== undefined && scales.includes(found ?? 0) && found !== wanted) {
    throw new ConvsmithError(
      `${file.path}: holds weights for scale ${found}, not ${wanted}. Use --scale ${found}, or other weights.`,
    );
  }
  const scale = wanted ?? found;
  if (scale === undefined || !scales.includes(scale)) {
    throw new ConvsmithError(`${file.path}: does not say for which scale its weights are. Give --scale 2, 3 or 4.`);
  }
  const network = new Espcn(scale);
  loadWeights(network, file);
  return { network, scale };
}

/** The last layer gives scale² values for each pixel, whatever the file says of itself. */
function scaleOf({ weights }: WeightFile): number | undefined {
  const outputs = weights.get("conv3.weight")?.shape[0];
  return outputs === undefined ? undefined : Math.sqrt(outputs);
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );
