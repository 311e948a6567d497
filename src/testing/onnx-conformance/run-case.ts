import { join } from "node:path";
import type { Model } from "../../formats/onnx/model_pb.ts";
import { operatorOf } from "../../formats/onnx/network/node-module.ts";
import { OnnxNetwork } from "../../formats/onnx/network/onnx-network.ts";
import type { Value } from "../../formats/onnx/network/value.ts";
import { Tensor, tensor } from "../../tensor/index.ts";
import { type BackendCase, dataSets, readTensor } from "./cases.ts";

/** Runs a case on the current device. Null: all its outputs are right; else what is wrong, in one line. */
export async function runCase(each: BackendCase): Promise<string | null> {
  const graph = each.model.graph!;
  const network = new OnnxNetwork(each.model, each.name).eval();
  const bound = boundInputs(each.model);
  const declared = new Map([...graph.input, ...graph.output].map((one) => [one.name, one]));
  for (const set of dataSets(each)) {
    const inputs = network.inputs.map(({ name }, at) => {
      const value = readTensor(join(set, `input_${at}.pb`), declared.get(name)!);
      return bound.has(name) ? value : givenTensor(value);
    });
    const outputs = network.record(inputs);
    for (const [at, output] of outputs.entries()) {
      const expected = readTensor(join(set, `output_${at}.pb`), declared.get(network.outputs[at]!)!);
      const actual = output.numbers ?? (await output.tensor.data());
      const wrong = difference(output, actual, expected);
      if (wrong) return `output ${network.outputs[at]}: ${wrong}`;
    }
  }
  return null;
}

/** What a user would give: whole numbers as int32 where they fit. */
function givenTensor(value: Value): Value | Tensor {
  const { kind, numbers } = value;
  if (kind === "float") return new Tensor(value.tensor.dim === 0 ? tensor(numbers![0]!).node : value.tensor.node);
  const whole = Int32Array.from(numbers!);
  return whole.every((each, at) => each === numbers![at]) ? tensor(whole, value.tensor.shape) : value;
}

/**
 * Inputs whose numbers decide what is recorded (the shape of Reshape, the sizes of Resize), also by way of other nodes:
 * they are bound when the graph is recorded.
 */
export function boundInputs(model: Model): ReadonlySet<string> {
  const bound = new Set<string>();
  for (const node of model.graph!.node.toReversed()) {
    // Sizes are known, whatever the numbers are.
    if (node.opType === "Shape" || node.opType === "Size") continue;
    const plain = operatorOf(node)?.plain ?? [];
    const decides = node.output.some((name) => bound.has(name));
    for (const [at, name] of node.input.entries()) if (decides || plain.includes(at)) bound.add(name);
  }
  return bound;
}

/** Fractions may differ by what ONNX's own runner allows; whole numbers and truth values must be equal. */
function difference(output: Value, actual: ArrayLike<number>, expected: Value): string | null {
  const shapes = [output, expected].map(({ tensor }) => `[${tensor.shape.join(", ")}]`);
  if (shapes[0] !== shapes[1]) return `its shape is ${shapes[0]}, not ${shapes[1]}`;
  if (output.kind !== expected.kind) return `its numbers are of kind ${output.kind}, not ${expected.kind}`;
  const exact = expected.kind !== "float";
  const wrong = expected.numbers!.findIndex((want, at) => {
    const got = actual[at]!;
    const same = got === want || (Number.isNaN(got) && Number.isNaN(want));
    return !same && (exact || !(Math.abs(got - want) <= 1e-7 + 1e-3 * Math.abs(want)));
  });
  return wrong < 0 ? null : `it is ${actual[wrong]} at element ${wrong}, not ${expected.numbers![wrong]}`;
}
