import { ConvsmithError, FileFormatError } from "../core/errors.ts";
import { type ByteSource, bytesFrom } from "./byte-source.ts";
import { headBytes, kindOf, kindsText } from "./file-kind.ts";
import { withFile } from "./file-source.ts";
import { parseNpy } from "./npy.ts";
import { parsePytorch } from "./pytorch/read.ts";
import { childrenOf } from "./pytorch/state-dict.ts";
import { PickledTensor, PickledTuple, type PickledValue } from "./pytorch/values.ts";
import { bytesOf, type StoredTensor } from "./stored-tensor.ts";
import { type TensorFileOptions, tensorsIn } from "./tensor-file.ts";

export interface TensorFacts {
  readonly name: string;
  /** As in safetensors files; an ONNX file may have others. */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly elements: number;
  readonly bytes: number;
}

/** What is in a file, without running any of it. */
export interface FileFacts {
  readonly file: string;
  readonly format: string;
  readonly fileBytes: number;
  readonly tensors: readonly TensorFacts[];
  readonly metadata: Readonly<Record<string, string>>;
  /** What a checkpoint holds at its first level. */
  readonly entries: readonly { readonly name: string; readonly value: string }[];
  /** Why no tensors are listed, where there are some to choose from. */
  readonly note: string | null;
}

/**
 * Tells what is in a `.safetensors`, `.pt`, `.pth`, `.npy` or `.onnx` file.
 * @throws FileFormatError for a damaged file, and what parseTensorFile throws, but for a checkpoint with several dicts: then all are in `entries`.
 * @example
 * import { inspectFile, safetensorsFromFloat32, writeSafetensors } from "convsmith/formats";
 * import { tmpdir } from "node:os";
 * const path = `${tmpdir()}/convsmith-example.safetensors`;
 * await writeSafetensors(path, new Map([["bias", safetensorsFromFloat32([0.5], [1])]]));
 * console.log((await inspectFile(path)).tensors[0]?.elements); // 1
 */
export async function inspectFile(file: string, options: TensorFileOptions = {}): Promise<FileFacts> {
  return await withFile(file, (source) => factsOf(source, file, options));
}

async function factsOf(source: ByteSource, file: string, options: TensorFileOptions): Promise<FileFacts> {
  const common = { file, fileBytes: source.length };
  const kind = kindOf(bytesFrom(source, 0, headBytes), file);
  if (kind === null) throw new FileFormatError(file, `is not ${kindsText}`);
  if (kind === "NumPy") {
    const tensor = parseNpy(source.bytes(0, source.length), file);
    return { ...common, format: "NumPy", tensors: [facts("array", tensor)], metadata: {}, entries: [], note: null };
  }
  // Loaded when it is needed: protobuf takes a tenth of a second.
  if (kind === "ONNX") return (await import("./onnx/inspect.ts")).inspectOnnx(source.bytes(0, source.length), file);
  if (kind === "safetensors") {
    const { tensors, metadata } = tensorsIn(source, file, options);
    return { ...common, format: "safetensors", tensors: listed(tensors), metadata, entries: [], note: null };
  }
  const { root, layout } = parsePytorch(source, file);
  const format = `PyTorch, ${layout === "zip" ? "zip archive" : "legacy"}`;
  const children = childrenOf(root) ?? [];
  const nested = children.some(([, value]) => !(value instanceof PickledTensor));
  const entries = nested ? children.map(([name, value]) => ({ name, value: described(value) })) : [];
  try {
    const { tensors } = tensorsIn(source, file, options);
    return { ...common, format, tensors: listed(tensors), metadata: {}, entries, note: null };
  } catch (error) {
    // Without a key there may be several dicts to choose from: the user sees which.
    if (options.key !== undefined || !(error instanceof ConvsmithError) || error.constructor !== ConvsmithError)
      throw error;
    return { ...common, format, tensors: [], metadata: {}, entries, note: error.message };
  }
}

const listed = (tensors: ReadonlyMap<string, StoredTensor>): TensorFacts[] =>
  [...tensors].map(([name, tensor]) => facts(name, tensor));

function facts(name: string, { dtype, shape }: StoredTensor): TensorFacts {
  const elements = shape.reduce((product, each) => product * each, 1);
  return { name, dtype, shape, elements, bytes: elements * bytesOf[dtype] };
}

function described(value: PickledValue): string {
  if (value instanceof PickledTensor) return `tensor ${value.dtype} [${value.shape.join(", ")}]`;
  const children = childrenOf(value);
  if (children) {
    const tensors = children.filter(([, each]) => each instanceof PickledTensor).length;
    const kind = value instanceof Map ? "dict" : value instanceof PickledTuple ? "tuple" : "list";
    return `${kind} of ${children.length}${tensors > 0 ? `, ${tensors} tensor${tensors === 1 ? "" : "s"}` : ""}`;
  }
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
