import { FileFormatError } from "../core/errors.ts";
import { type ByteSource, bytesFrom, sourceOf } from "./byte-source.ts";
import { headBytes, kindOf } from "./file-kind.ts";
import { parsePytorch } from "./pytorch/read.ts";
import { stateDictOf } from "./pytorch/state-dict.ts";
import { type Renaming, renameKeys } from "./rename.ts";
import { safetensorsIn } from "./safetensors.ts";
import { type StoredTensor, withNumbers } from "./stored-tensor.ts";

/** What a file of weights holds, whatever its format. */
export interface TensorFile {
  readonly format: "safetensors" | "PyTorch zip" | "PyTorch legacy";
  readonly tensors: Map<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface TensorFileOptions {
  /** Of a checkpoint: the dict that holds the weights, names joined by dots. */
  readonly key?: string;
  readonly rename?: readonly Renaming[];
}

/**
 * Reads the weights in a `.safetensors`, `.pt` or `.pth` file from its bytes, which tell the format.
 * @throws FileFormatError for a damaged or hostile file; ConvsmithError where a checkpoint has several sets of weights, or none.
 * @example
 * import { parseTensorFile, safetensorsFromFloat32, serializeSafetensors } from "convsmith/formats";
 * const bytes = serializeSafetensors(new Map([["bias", safetensorsFromFloat32([0.5], [1])]]));
 * console.log(parseTensorFile(bytes, "weights").format); // safetensors
 */
export function parseTensorFile(bytes: Uint8Array, name: string, options: TensorFileOptions = {}): TensorFile {
  const file = tensorsIn(sourceOf(bytes), name, options);
  return { ...file, tensors: withNumbers(file.tensors) };
}

/** As parseTensorFile: of a file that stays on disk, a tensor's numbers are read when somebody asks for them. */
export function tensorsIn(source: ByteSource, name: string, options: TensorFileOptions = {}): TensorFile {
  const { key, rename = [] } = options;
  const kind = kindOf(bytesFrom(source, 0, headBytes), name);
  if (kind === "safetensors") {
    if (key !== undefined)
      throw new FileFormatError(name, `is a .safetensors file, which has no dicts: leave --key ${key} out`);
    const { tensors, metadata } = safetensorsIn(source, name);
    return { format: "safetensors", tensors: renameKeys<StoredTensor>(tensors, rename), metadata };
  }
  if (kind !== "PyTorch") {
    throw new FileFormatError(
      name,
      `is ${kind ? `of ${kind}` : "something else"}, and weights are read from a .safetensors, .pt or .pth file`,
    );
  }
  const content = parsePytorch(source, name);
  const tensors = renameKeys(stateDictOf(content, name, key), rename);
  return { format: `PyTorch ${content.layout}`, tensors, metadata: {} };
}
