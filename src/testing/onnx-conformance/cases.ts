import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import { ConvsmithError } from "../../core/errors.ts";
import type { Model } from "../../formats/onnx/model_pb.ts";
import { knownOf } from "../../formats/onnx/network/known-tensor.ts";
import type { Value } from "../../formats/onnx/network/value.ts";
import { parseOnnx } from "../../formats/onnx/parse.ts";
import { storedTensor } from "../../formats/onnx/tensor.ts";
import { type Value as Declared, TensorSchema } from "../../formats/onnx/value_pb.ts";
import { realTensor } from "../../formats/stored-tensor.ts";

/** One folder of ONNX's backend tests: a model, and sets of inputs with the outputs that belong to them. */
export interface BackendCase {
  readonly name: string;
  readonly path: string;
  readonly model: Model;
}

/** The names of the cases in a folder, sorted. @throws ConvsmithError of one line where there are none. */
export function caseNames(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new ConvsmithError(`${folder}: ${missing ? "there is no such folder" : "is no folder that can be read"}`);
  }
  const found = names.filter((name) => existsSync(join(folder, name, "model.onnx"))).sort();
  if (found.length === 0) {
    throw new ConvsmithError(`${folder}: holds no cases, which are folders with a model.onnx and test_data_set_0`);
  }
  return found;
}

/** @throws FileFormatError for a damaged model. */
export function readCase(folder: string, name: string): BackendCase {
  const path = join(folder, name);
  const file = join(path, "model.onnx");
  return { name, path, model: parseOnnx(new Uint8Array(readFileSync(file)), file) };
}

/** The folders with numbers of a case. @throws ConvsmithError where there is none. */
export function dataSets({ path }: BackendCase): string[] {
  const sets = readdirSync(path).filter((name) => name.startsWith("test_data_set_"));
  if (sets.length === 0) throw new ConvsmithError(`${path}: holds no test_data_set_0`);
  return sets.sort().map((set) => join(path, set));
}

const [uint16, bfloat16] = [4, 16];

/** A stored tensor of a case, as the declared input or output. @throws ConvsmithError for a damaged or missing file. */
export function readTensor(file: string, declared: Declared): Value {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(readFileSync(file));
  } catch {
    throw new ConvsmithError(`${file}: cannot be read`);
  }
  const tensor = fromBinary(TensorSchema, bytes);
  // Some versions of the tests store bfloat16 as whole numbers of 16 bits.
  const asHalves = tensor.dataType === uint16 && declared.type?.tensorType?.elemType === bfloat16;
  const typed = asHalves ? { ...tensor, dataType: bfloat16 } : tensor;
  return knownOf(realTensor(tensor.name, storedTensor(typed)), typed.dataType);
}
