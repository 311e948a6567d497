import { withFile } from "./file-source.ts";
import { readRegular } from "./read-regular.ts";
import { parseTensorFile, type TensorFile, type TensorFileOptions, tensorsIn } from "./tensor-file.ts";

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

/**
 * Opens a file of weights for as long as `use` takes: names, types and shapes are read at once, the numbers of a tensor each time that
 * `use` asks for its `data`.
 * @throws what readTensorFile and `use` throw.
 * @example
 * import { safetensorsFromFloat32, withTensorFile, writeSafetensors } from "convsmith/formats";
 * import { tmpdir } from "node:os";
 * const path = `${tmpdir()}/convsmith-example.safetensors`;
 * await writeSafetensors(path, new Map([["bias", safetensorsFromFloat32([0.5], [1])]]));
 * console.log(await withTensorFile(path, {}, ({ tensors }) => tensors.get("bias")?.shape)); // [1]
 */
export async function withTensorFile<Result>(
  path: string,
  options: TensorFileOptions,
  use: (file: TensorFile) => Result,
): Promise<Result> {
  return await withFile(path, (source) => use(tensorsIn(source, path, options)));
}
