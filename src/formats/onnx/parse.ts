import { fromBinary } from "@bufbuild/protobuf";
import { FileFormatError } from "../../core/errors.ts";
import { checkWire } from "./check-wire.ts";
import { type Model, ModelSchema } from "./model_pb.ts";

/**
 * Decodes a `.onnx` file; tensors are views of `bytes`.
 * @throws FileFormatError that names `file` and the byte for a damaged or hostile file, and for one that is no ONNX model.
 */
export function parseOnnx(bytes: Uint8Array, file: string): Model {
  if (bytes.length === 0) throw new FileFormatError(file, "the file is empty");
  checkWire(bytes, ModelSchema, file);
  let model: Model;
  try {
    model = fromBinary(ModelSchema, bytes);
  } catch (error) {
    throw new FileFormatError(file, `is no ONNX model: ${(error as Error).message.split("\n")[0]}`);
  }
  if (!model.graph) throw new FileFormatError(file, "is no ONNX model: it has no graph");
  return model;
}

/** The version of ONNX's own operators that a model uses; the first files did not say it. Null: it uses none of them. */
export function opsetOf({ opsetImport, irVersion }: Model): number | null {
  if (opsetImport.length === 0 && irVersion < 3n) return 1;
  const own = opsetImport.find(({ domain }) => domain === "" || domain === "ai.onnx");
  return own ? Number(own.version) : null;
}
