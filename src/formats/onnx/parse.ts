import { fromBinary } from "@bufbuild/protobuf";
import { FileFormatError } from "../../core/errors.ts";
import type { ByteSource } from "../byte-source.ts";
import { checkWire, type WireBytes } from "./check-wire.ts";
import { type Model, ModelSchema } from "./model_pb.ts";

/**
 * Decodes a `.onnx` file; tensors are views of `bytes`.
 * @throws FileFormatError that names `file` and the byte for a damaged or hostile file, and for one that is no ONNX model.
 */
export function parseOnnx(bytes: Uint8Array, file: string): Model {
  return decoded({ bytes, need: () => {} }, file);
}

/**
 * As parseOnnx, but reads little more than what it decodes: of a large stored tensor, `rawData` tells by its place in `bytes` where
 * the numbers lie in the file, and holds none.
 */
export function parseOnnxOutline(source: ByteSource, file: string): { model: Model; bytes: Uint8Array } {
  const outline = new Outline(source);
  return { model: decoded(outline, file), bytes: outline.bytes };
}

const blockBytes = 2 ** 14;

/** As many bytes as the source has; systems give memory for those that are written. */
class Outline implements WireBytes {
  readonly bytes: Uint8Array;
  readonly #source: ByteSource;
  readonly #there = new Set<number>();

  constructor(source: ByteSource) {
    this.#source = source;
    this.bytes = new Uint8Array(source.length);
  }

  need(start: number, end: number): void {
    for (let at = start - (start % blockBytes); at < end; at += blockBytes) {
      if (this.#there.has(at)) continue;
      this.#there.add(at);
      this.bytes.set(this.#source.bytes(at, Math.min(at + blockBytes, this.#source.length)), at);
    }
  }
}

function decoded(input: WireBytes, file: string): Model {
  const { bytes } = input;
  if (bytes.length === 0) throw new FileFormatError(file, "the file is empty");
  checkWire(input, ModelSchema, file);
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
