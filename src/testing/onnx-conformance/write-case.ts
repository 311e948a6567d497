import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { create, toBinary } from "@bufbuild/protobuf";
import { type Model, ModelSchema } from "../../formats/onnx/model_pb.ts";
import { type Tensor, TensorSchema } from "../../formats/onnx/value_pb.ts";

type Stored = Partial<Tensor>;

/** Writes a case as ONNX's backend tests are stored, into a folder that it makes. */
export function writeCase(folder: string, model: Model, inputs: readonly Stored[], outputs: readonly Stored[]): void {
  const set = join(folder, "test_data_set_0");
  mkdirSync(set, { recursive: true });
  writeFileSync(join(folder, "model.onnx"), toBinary(ModelSchema, model));
  const write = (kind: string) => (tensor: Stored, at: number) =>
    writeFileSync(join(set, `${kind}_${at}.pb`), toBinary(TensorSchema, create(TensorSchema, tensor as Tensor)));
  inputs.forEach(write("input"));
  outputs.forEach(write("output"));
}
