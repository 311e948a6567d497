import { readRegular } from "./read-regular.ts";
import { parseTensorFile, type TensorFile, type TensorFileOptions } from "./tensor-file.ts";

/**
 * Reads the weights in a `.safetensors`, `.pt` or `.pth` file; its bytes tell the format, not its name.
 * @throws what parseTensorFile throws; ConvsmithError of one line where the file can't be read.
 * @example
 * import { readTensorFile, safetensorsFromFloat32, writeSafetensors } from "convsmith/formats";
 * import { tmpdir } from "node:os";
 * const path = `${tmpdir()}/convsmith-example.safetensors`;
 * await writeSafetensors(path, new Map([["bias", safetensorsFromFloat32([0.5], [1])]]));
 * console.log((await readTensorFile(path)).tensors.size); // 1
 */
export async function readTensorFile(path: string, options?: TensorFileOptions): Promise<TensorFile> {
  return parseTensorFile(await readRegular(path), path, options);
}
