import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fromBinary } from "@bufbuild/protobuf";
import type { Model } from "../formats/onnx/model_pb.ts";
import { knownOf } from "../formats/onnx/network/known-tensor.ts";
import { operatorOf } from "../formats/onnx/network/node-module.ts";
import { OnnxNetwork } from "../formats/onnx/network/onnx-network.ts";
import { computed, type Value } from "../formats/onnx/network/value.ts";
import { parseOnnx } from "../formats/onnx/parse.ts";
import { storedTensor } from "../formats/onnx/tensor.ts";
import { TensorSchema } from "../formats/onnx/value_pb.ts";
import { realTensor } from "../formats/stored-tensor.ts";

/** ONNX's own tests of single operators, where a system has them installed. */
const folder = process.env.CONVSMITH_ONNX_NODE_TESTS ?? "/usr/share/libonnx-testdata/data/node";

export const backendMissing = !existsSync(folder);

/** Cases whose operators are all supported, by name. */
export function backendCases(): string[] {
  if (backendMissing) return [];
  return readdirSync(folder)
    .filter((name) => name.startsWith("test_"))
    .filter((name) => modelOf(name).graph!.node.every((node) => operatorOf(node)))
    .sort();
}

export function operatorsOf(name: string): string[] {
  return [...new Set(modelOf(name).graph!.node.map(({ opType }) => opType))];
}

const models = new Map<string, Model>();

function modelOf(name: string): Model {
  const found = models.get(name) ?? parseOnnx(bytesOf(`${name}/model.onnx`), name);
  models.set(name, found);
  return found;
}

const bytesOf = (path: string) => new Uint8Array(readFileSync(`${folder}/${path}`));

/** The tensors of a case: float ones are computed with, others and what decides shapes are known. */
function tensorOf(path: string, plain: boolean): Value {
  const tensor = fromBinary(TensorSchema, bytesOf(path));
  const value = knownOf(realTensor(tensor.name, storedTensor(tensor, path)), tensor.dataType);
  if (plain || value.kind !== "float") return value;
  return computed(value.tensor);
}

/** Runs a case on the current device, and gives its numbers beside those that are expected. */
export async function runBackendCase(name: string) {
  const model = modelOf(name);
  const network = new OnnxNetwork(model, name).eval();
  const plain = new Set(
    model.graph!.node.flatMap((node) => (operatorOf(node)?.plain ?? []).map((at) => node.input[at])),
  );
  const inputs = network.inputs.map((each, at) =>
    tensorOf(`${name}/test_data_set_0/input_${at}.pb`, plain.has(each.name)),
  );
  const outputs = network.record(inputs);
  const results: { actual: ArrayLike<number>; expected: ArrayLike<number>; shapes: [string, string] }[] = [];
  for (const [at, output] of outputs.entries()) {
    const expected = tensorOf(`${name}/test_data_set_0/output_${at}.pb`, true);
    const shapes: [string, string] = [`${output.tensor.shape}`, `${expected.tensor.shape}`];
    results.push({ actual: output.numbers ?? (await output.tensor.data()), expected: expected.numbers!, shapes });
  }
  return results;
}
