import { readdirSync, readFileSync } from "node:fs";
import { create, toBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { sharedData } from "../../../test/shared-data.ts";
import { ConvsmithError } from "../../core/errors.ts";
import { Generator } from "../../core/generator.ts";
import { toFloat32 } from "../safetensors-dtype.ts";
import { realTensor } from "../stored-tensor.ts";
import { inspectOnnx } from "./inspect.ts";
import { ModelSchema } from "./model_pb.ts";
import { parseOnnx } from "./parse.ts";
import { externalData, storedTensor } from "./tensor.ts";
import { type Tensor, TensorSchema } from "./value_pb.ts";

const tensor = (init: Partial<Tensor>) => create(TensorSchema, { name: "w", dims: [2n], ...init } as Tensor);
const raw = (array: { readonly buffer: ArrayBufferLike }) => new Uint8Array(array.buffer as ArrayBuffer);

function model() {
  return toBinary(
    ModelSchema,
    create(ModelSchema, {
      irVersion: 8n,
      producerName: "test",
      opsetImport: [{ domain: "", version: 17n }],
      graph: {
        node: [
          { opType: "Conv", input: ["x", "w"], output: ["a"] },
          { opType: "Relu", input: ["a"], output: ["y"] },
          { opType: "Relu", input: ["y"], output: ["z"] },
        ],
        initializer: [{ name: "w", dims: [2n, 1n, 3n, 3n], dataType: 1, rawData: new Uint8Array(72) }],
        input: [
          { name: "x", type: { tensorType: { elemType: 1, shape: { dim: [{ dimParam: "N" }, { dimValue: 1n }] } } } },
        ],
        output: [{ name: "z", type: { tensorType: { elemType: 1 } } }],
      },
    }),
  );
}

it("tells versions, inputs, outputs, operators and tensors", () => {
  const facts = inspectOnnx(model(), "net.onnx");
  expect(facts.format).toBe("ONNX, IR version 8");
  expect(Object.fromEntries(facts.entries.map(({ name, value }) => [name, value]))).toEqual({
    opset: "17",
    "made by": "test",
    "input x": "F32 [N, 1]",
    "output z": "F32 of any shape",
    operators: "2 Relu, Conv",
  });
  expect(facts.tensors).toEqual([{ name: "w", dtype: "F32", shape: [2, 1, 3, 3], elements: 18, bytes: 72 }]);
});

it.each([
  ["raw float32", { dataType: 1, rawData: raw(Float32Array.of(1, -2)) }, [1, -2]],
  ["typed float32", { dataType: 1, floatData: [1, -2] }, [1, -2]],
  ["typed float64", { dataType: 11, doubleData: [1.5, -2] }, [1.5, -2]],
  ["typed int64", { dataType: 7, int64Data: [1n, -2n] }, [1, -2]],
  ["typed int8", { dataType: 3, int32Data: [1, -2] }, [1, -2]],
  ["typed bool", { dataType: 9, int32Data: [1, 0] }, [1, 0]],
  ["typed float16", { dataType: 10, int32Data: [0x3c00, 0xc000] }, [1, -2]],
  ["typed uint32", { dataType: 12, uint64Data: [1n, 7n] }, [1, 7]],
  ["raw bfloat16", { dataType: 16, rawData: raw(Uint16Array.of(0x3f80, 0xc000)) }, [1, -2]],
])("numbers: %s", (_, init, expected) => {
  const stored = storedTensor(tensor(init));
  expect([...toFloat32(realTensor("w", stored))]).toEqual(expected);
});

describe("what is refused", () => {
  it.each([
    ["too few numbers", () => storedTensor(tensor({ dataType: 1, floatData: [1] })), /needs 8 bytes, but has 4/],
    ["strings", () => storedTensor(tensor({ dataType: 8 })), /elements of strings, which are not read/],
    ["a size below 0", () => storedTensor(tensor({ dataType: 1, dims: [-1n] })), /has the shape \[-1\]/],
    ["2^60 numbers", () => storedTensor(tensor({ dataType: 1, dims: [2n ** 60n] })), /has the shape/],
    [
      "numbers elsewhere",
      () =>
        externalData(
          tensor({ dataLocation: 1, externalData: [{ key: "location", value: "../../etc/passwd" }] as never }),
        ),
      /outside of the file's folder/,
    ],
    ["an empty file", () => parseOnnx(new Uint8Array(0), "x"), /the file is empty/],
    ["no graph", () => parseOnnx(Uint8Array.of(8, 8), "x"), /has no graph/],
    [
      "a length beyond the end",
      () => parseOnnx(Uint8Array.of(0x3a, 0x7f, 0), "x"),
      /127 bytes are needed, but 1 follow/,
    ],
    ["a picture", () => parseOnnx(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a), "x"), /^x: /],
    ["a number written as bytes", () => parseOnnx(Uint8Array.of(0x0a, 2, 8, 8), "x"), /field 1 has wire type 2/],
    ["graphs in graphs", () => parseOnnx(nested(200), "x"), /more than 32 deep/],
    [
      "a million empty nodes",
      () =>
        parseOnnx(
          message(
            7,
            new Uint8Array(2_000_000).map((_, at) => (at % 2 === 0 ? 0x0a : 0)),
          ),
          "x",
        ),
      /describes far more than it holds/,
    ],
  ])("%s", (_, attempt, pattern) => {
    expect(attempt).toThrow(ConvsmithError);
    expect(attempt).toThrow(pattern);
  });

  it("any change of any byte: a typed error, or another model", () => {
    const random = new Generator(3);
    for (let round = 0; round < 3000; round++) {
      const bytes = model();
      for (let change = 0; change <= round % 3; change++) {
        bytes[Math.floor(random.uniform() * bytes.length)] = Math.floor(random.uniform() * 256);
      }
      try {
        inspectOnnx(
          bytes.subarray(0, round % 5 === 0 ? Math.floor(random.uniform() * bytes.length) : bytes.length),
          "x",
        );
      } catch (error) {
        if (!(error instanceof ConvsmithError)) throw error;
      }
    }
  });
});

/** A field that is a message of these bytes. */
function message(field: number, bytes: Uint8Array): Uint8Array {
  const length: number[] = [];
  for (let rest = bytes.length; ; rest >>>= 7) {
    length.push(rest < 128 ? rest : (rest & 127) | 128);
    if (rest < 128) break;
  }
  return Uint8Array.from([field * 8 + 2, ...length, ...bytes]);
}

/** Model → graph → node → attribute → graph → … */
function nested(depth: number): Uint8Array {
  let bytes: Uint8Array = new Uint8Array(0);
  for (let level = 0; level < depth; level++) bytes = message(1, message(5, message(6, bytes)));
  return message(7, bytes);
}

const weights = sharedData("weights");
describe.skipIf(weights.missing)(`other people's models${weights.note}`, () => {
  const files = () =>
    readdirSync(weights.path, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".onnx"));
  it("all open, with all of their numbers", () => {
    expect(files().length).toBeGreaterThan(5);
    for (const name of files()) {
      const bytes = new Uint8Array(readFileSync(`${weights.path}/${name}`));
      const { graph } = parseOnnx(bytes, name);
      for (const each of graph!.initializer) if (!externalData(each)) storedTensor(each);
      expect(inspectOnnx(bytes, name).tensors.length, name).toBeGreaterThan(0);
    }
  });
});
