import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { create, toBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { sharedData } from "../../../../test/shared-data.ts";
import { summarize } from "../../../analysis/index.ts";
import { parseIdx } from "../../../data/idx.ts";
import { type Tensor, tensor } from "../../../index.ts";
import { attribute, floats, ints, onnxModel } from "../../../testing/onnx-model.ts";
import { ModelSchema } from "../model_pb.ts";
import { inputShapeOf } from "./input-shape.ts";
import { OnnxNetwork } from "./onnx-network.ts";
import { readOnnxNetwork } from "./read-network.ts";

const network = (...model: Parameters<typeof onnxModel>) => new OnnxNetwork(onnxModel(...model), "net.onnx").eval();
const numbers = async (each: OnnxNetwork, x: Tensor) => [...(await (each.forward(x) as Tensor).data())];
const count = (total: number) => Float32Array.from({ length: total }, (_, at) => at);

const convNet = () =>
  network(
    [
      { opType: "Conv", name: "/body/body.0/Conv", input: ["x", "body.0.weight", "body.0.bias"], output: ["a"] },
      { opType: "BatchNormalization", name: "norm", input: ["a", "s", "b", "m", "v"], output: ["n"] },
      { opType: "Relu", input: ["n"], output: ["y"] },
    ],
    [
      floats("body.0.weight", [1, 1, 1, 1], [2]),
      floats("body.0.bias", [1], [1]),
      floats("s", [1], [3]),
      floats("b", [1], [-20]),
      floats("m", [1], [1]),
      floats("v", [1], [4 - 1e-5]),
    ],
    ["N", 1, "height", 2],
  );

it("runs a graph with its stored weights, under their own names", async () => {
  const net = convNet();
  expect([...net.namedParameters().keys()]).toEqual(["body.0.weight", "body.0.bias", "s", "b"]);
  expect([...net.namedBuffers().keys()]).toEqual(["m", "v"]);
  expect([...net.stateDict().keys()]).toEqual(["body.0.weight", "body.0.bias", "s", "b", "m", "v"]);
  // 2x + 1, less 1, over 2, times 3, less 20: 3x - 20.
  expect(await numbers(net, tensor([6, 7, 8, 9], [1, 1, 2, 2]))).toEqual(
    [0, 1, 4, 7].map((each) => expect.closeTo(each, 4)),
  );
});

it("shows a row for each node, and counts its parameters there", () => {
  const { layers, totals } = summarize(convNet(), [1, 1, 2, 2]);
  expect(layers.map(({ path, type, parameters }) => [path, type, parameters])).toEqual([
    ["body/body_0/Conv", "Conv", 2],
    ["norm", "BatchNormalization", 2],
    ["y", "Relu", 0],
  ]);
  expect(layers[0]!.description).toBe("Conv 1→1, 1×1");
  expect(totals.parameters).toBe(4);
});

it("trains on: weights get gradients, statistics move by the batch", async () => {
  const net = convNet().train();
  const y = net.forward(tensor([6, 7, 8, 9], [1, 1, 2, 2])) as Tensor;
  y.sum().backward();
  const { grad } = net.namedParameters().get("b")!;
  // Normalised, times 3, less 20: all below 0.
  expect(await grad!.item()).toBe(0);
  // 0.9 · 1 + 0.1 · mean of 13, 15, 17, 19.
  expect(await net.namedBuffers().get("m")!.item()).toBeCloseTo(2.5, 5);
});

it("works out sizes while recording, in whole numbers", async () => {
  // Flattens [N, C, H, W] to [N, -1] by the shape itself, and enlarges by floor(1.5 · height).
  const net = network(
    [
      { opType: "Shape", input: ["x"], output: ["shape"] },
      { opType: "Gather", input: ["shape", "zero"], output: ["batch"] },
      { opType: "Concat", input: ["batch", "rest"], output: ["to"], attribute: [attribute.int("axis", 0)] },
      { opType: "Reshape", input: ["x", "to"], output: ["y"] },
    ],
    [ints("zero", [0]), ints("rest", [-1])],
    ["N", 2, 3, 4],
  );
  const y = net.forward(tensor(count(48), [2, 2, 3, 4])) as Tensor;
  expect(y.shape).toEqual([2, 24]);
  expect(summarize(net, [2, 2, 3, 4]).layers.map(({ type }) => type)).toEqual(["Reshape"]);
  expect((await y.data())[47]).toBe(47);
});

it.each([
  [[7], "Softmax of all that follows the axis, before opset 13", 12, [1 / 4, 1 / 4, 1 / 4, 1 / 4]],
  [[7], "Softmax of the last axis, since", 13, [1 / 2, 1 / 2, 1 / 2, 1 / 2]],
])("%s %s", async (_, _name, opset, expected) => {
  const net = network([{ opType: "Softmax", input: ["x"], output: ["y"] }], [], [1, 2, 2], opset);
  expect(await numbers(net, tensor([5, 5, 5, 5], [1, 2, 2]))).toEqual(expected);
});

it("shares a stored tensor that has a second name", async () => {
  const net = network(
    [
      { opType: "Identity", name: "same", input: ["w"], output: ["v"] },
      { opType: "Mul", name: "first", input: ["x", "v"], output: ["a"] },
      { opType: "Mul", name: "second", input: ["a", "w"], output: ["y"] },
    ],
    [floats("w", [2], [2, 3])],
    [1, 2],
  );
  expect(await numbers(net, tensor([1, 1], [1, 2]))).toEqual([4, 9]);
  const { layers } = summarize(net, [1, 2]);
  expect(layers.map(({ path, parameters }) => [path, parameters])).toEqual([
    ["first", 2],
    ["second", 0],
  ]);
});

it("adds along the axis that an old file says", async () => {
  const broadcast = [attribute.int("broadcast", 1), attribute.int("axis", 1)];
  const node = { opType: "Add", input: ["x", "b"], output: ["y"], attribute: broadcast };
  const net = network([node], [floats("b", [2], [10, 20])], [1, 2, 2], 6);
  expect(await numbers(net, tensor([0, 1, 2, 3], [1, 2, 2]))).toEqual([10, 11, 22, 23]);
});

it("pads as SAME_LOWER says, with a convolution along one axis", async () => {
  const node = {
    opType: "Conv",
    input: ["x", "w"],
    output: ["y"],
    attribute: [attribute.text("auto_pad", "SAME_LOWER")],
  };
  const net = network([node], [floats("w", [1, 1, 2], [1, 10])], [1, 1, 3]);
  // Each with the one before: the first has a zero there.
  expect(await numbers(net, tensor([1, 2, 3], [1, 1, 3]))).toEqual([10, 21, 32]);
});

it("halves the response of neighbouring channels", async () => {
  const settings = [attribute.int("size", 3), attribute.float("alpha", 3), attribute.float("beta", 1)];
  const net = network([{ opType: "LRN", input: ["x"], output: ["y"], attribute: settings }], [], [1, 3, 1, 1]);
  // 1 + the sum of squares of neighbours: 1 + 1 + 4, 1 + 1 + 4 + 4, 1 + 4 + 4.
  const expected = [1 / 6, 2 / 10, 2 / 9].map((each) => expect.closeTo(each, 5));
  expect(await numbers(net, tensor([1, 2, 2], [1, 3, 1, 1]))).toEqual(expected);
});

describe("what is asked for, and what is refused", () => {
  it("sizes of named dimensions", () => {
    const net = convNet();
    expect(inputShapeOf(net, new Map([["height", 5]]))).toEqual([1, 1, 5, 2]);
    expect(
      inputShapeOf(
        net,
        new Map([
          ["N", 3],
          ["height", 5],
        ]),
      ),
    ).toEqual([3, 1, 5, 2]);
    expect(() => inputShapeOf(net)).toThrow(
      "net.onnx: its input x [N, 1, height, 2] leaves dimension 2 open. Give --dim height=224, or --input 1x3x224x224.",
    );
    expect(() => inputShapeOf(net, new Map([["width", 5]]))).toThrow(
      "has no dimension width, but the named dimensions",
    );
  });

  it("an unknown operator, by its name and its node's; a partial summary goes on", () => {
    const nodes = [
      { opType: "Relu", input: ["x"], output: ["a"] },
      { opType: "FusedConv", domain: "com.microsoft", name: "last", input: ["a"], output: ["y"] },
    ];
    const summary = summarize(network(nodes, [], [1, 2]), [1, 2], { partial: true });
    expect(summary.error).toBe(null);
    expect(summary.layers.map(({ type, unknown }) => [type, unknown])).toEqual([
      ["Relu", null],
      ["com.microsoft.FusedConv", "the operator com.microsoft.FusedConv is not known"],
    ]);
    expect(() => summarize(network(nodes, [], [1, 2]), [1, 2])).toThrow(
      "last (com.microsoft.FusedConv): the operator com.microsoft.FusedConv is not known",
    );
  });

  it("an attribute that the operator does not know", () => {
    const net = network(
      [{ opType: "Relu", input: ["x"], output: ["y"], attribute: [attribute.int("twice", 1)] }],
      [],
      [1],
    );
    expect(() => net.forward(tensor([1]))).toThrow("net.onnx: y (Relu): its attribute twice is not supported");
  });

  it("sizes that are computed from the input's numbers", () => {
    const net = network([{ opType: "Reshape", input: ["x", "x"], output: ["y"] }], [], [1]);
    expect(() => net.forward(tensor([1]))).toThrow('y (Reshape): its input "x" must be known before the network runs');
  });

  it("a tensor that no node gives", () => {
    const net = network([{ opType: "Relu", input: ["z"], output: ["y"] }], [], [1]);
    expect(() => net.forward(tensor([1]))).toThrow('net.onnx: y (Relu): needs the tensor "z", which no node gives');
  });
});

it("takes node names that are those of a module's own methods", () => {
  const names = ["forward", "training", "__proto__", "stateDict", "toString"];
  const nodes = names.map((name, at) => ({
    opType: "Relu",
    name,
    input: [at === 0 ? "x" : `t${at}`],
    output: [at === names.length - 1 ? "y" : `t${at + 1}`],
  }));
  const { layers } = summarize(network(nodes, [], [1, 2]), [1, 2]);
  expect(layers.map(({ path }) => path)).toEqual(names.map((name) => `${name} (2)`));
});

it("reads tensors in files of their own, and says which is missing", async () => {
  const folder = await mkdtemp(join(tmpdir(), "convsmith-onnx-"));
  try {
    const external = ["location", "offset", "length"].map((key, at) => ({ key, value: ["w.bin", "4", "8"][at]! }));
    const stored = { name: "w", dims: [2n], dataType: 1, dataLocation: 1, externalData: external };
    const model = onnxModel([{ opType: "Add", input: ["x", "w"], output: ["y"] }], [stored as never], [1, 2]);
    const path = join(folder, "net.onnx");
    await writeFile(path, toBinary(ModelSchema, create(ModelSchema, model)));
    await expect(readOnnxNetwork(path)).rejects.toThrow(
      /the numbers of w are in another file: .*w\.bin: cannot read.* \(at byte \d+\)/,
    );
    await writeFile(join(folder, "w.bin"), new Uint8Array(Float32Array.of(9, 10, 20).buffer));
    expect(await numbers(await readOnnxNetwork(path), tensor([1, 2], [1, 2]))).toEqual([11, 22]);
    await writeFile(join(folder, "w.bin"), new Uint8Array(4));
    await expect(readOnnxNetwork(path)).rejects.toThrow(
      /net\.onnx: the numbers of w lie in w\.bin up to its byte 12, but that file ends at 4 \(at byte \d+\)/,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});

const weights = sharedData("weights");
describe.skipIf(weights.missing)(`other people's networks${weights.note}`, () => {
  const pair = (name: string) => JSON.parse(readFileSync(`${weights.path}/io/${name}.json`, "utf8"));

  it.each([
    ["scumbag0lee/quality_espcn_x2.onnx", "quality_espcn_x2", 1],
    ["war-keeper/best_x3.onnx", "war-keeper_best_x3_first", 1],
  ])("%s gives what PyTorch does", async (file, name) => {
    const { inShape, input, outShape, output } = pair(name);
    const net = await readOnnxNetwork(`${weights.path}/${file}`);
    const y = net.forward(tensor(Float32Array.from(input), inShape)) as Tensor;
    expect(y.shape).toEqual(outShape);
    const worst = Math.max(...Array.from(await y.data(), (each, at) => Math.abs(each - output[at])));
    expect(worst).toBeLessThan(1e-5);
  });

  it("a file whose numbers lie in another one, which is not there, says so", async () => {
    await expect(readOnnxNetwork(`${weights.path}/scumbag0lee/performance_espcn_x2.onnx`)).rejects.toThrow(
      /performance_espcn_x2\.onnx: the numbers of conv1\.weight are in another file: .*espcn_x2\.onnx\.data: cannot read: no such file/,
    );
  });

  const mnist = sharedData("data/mnist");
  it.skipIf(mnist.missing).each([
    ["mnist-onnxjs-demo", "scale1", 1],
    ["mnist-onnxjs-demo", "scale255inv", 255],
    ["opt-mnist-wonnx", "scale1", 1],
    ["opt-mnist-wonnx", "scale255inv", 255],
  ])(`%s tells digits, %s${mnist.note}`, async (name, scaled, white) => {
    const { outputs, labels } = pair(`${name}_${scaled}`);
    const net = await readOnnxNetwork(`${weights.path}/onnx/${name}.onnx`);
    const file = `${mnist.path}/t10k-images-idx3-ubyte.gz`;
    const { data } = parseIdx(new Uint8Array(gunzipSync(readFileSync(file))), file);
    for (const [at, expected] of outputs.entries()) {
      const codes = data.subarray(at * 784, (at + 1) * 784);
      const picture = tensor(
        Float32Array.from(codes, (code) => code / white),
        [1, 1, 28, 28],
      );
      const y = await (net.forward(picture) as Tensor).data();
      expect(y.indexOf(Math.max(...y))).toBe(labels[at]);
      const scale = Math.max(...expected.map(Math.abs));
      for (const [digit, each] of y.entries()) expect(Math.abs(each - expected[digit])).toBeLessThan(1e-5 * scale);
    }
  });
});
