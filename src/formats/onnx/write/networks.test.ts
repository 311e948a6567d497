import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import "../../../index.ts";
import type { Network } from "../../../analysis/recording.ts";
import { BasicBlock, Bottleneck } from "../../../models/blocks/residual.ts";
import { ConvNeXt } from "../../../models/convnext.ts";
import { DenseNet } from "../../../models/densenet.ts";
import type { ModelOptions } from "../../../models/ready-model.ts";
import { createModel } from "../../../models/registry.ts";
import { ResNet } from "../../../models/resnet.ts";
import { Unet } from "../../../models/unet.ts";
import * as nn from "../../../nn/index.ts";
import { manualSeed, noGrad, type Tensor, tensor } from "../../../tensor/index.ts";
import {
  checkerComplaints,
  checkerMissing,
  difference,
  readAndRun,
  runElsewhere,
  runtimeMissing,
  wave,
} from "../../../testing/onnx-tools.ts";
import { VisionTransformer } from "../../../testing/vision-transformer.ts";
import { exportOnnx } from "../../export-onnx.ts";
import { OnnxNetwork } from "../network/onnx-network.ts";
import { parseOnnx } from "../parse.ts";

const known =
  (name: string, options: ModelOptions = {}) =>
  () => {
    const { network, inputHint } = createModel(name, options);
    return { network, shape: inputHint[1] === 3 ? [1, 3, 32, 32] : inputHint };
  };

/** The families of the zoo, as small as each can be. */
const families: Readonly<Record<string, () => { network: nn.Module; shape: readonly number[] }>> = {
  ...Object.fromEntries(["espcn", "fsrcnn", "lenet", "lenet5", "mnistCnn", "srcnn"].map((name) => [name, known(name)])),
  convnext: () => ({
    network: new ConvNeXt({ widths: [8, 16], depths: [1, 2], dropProbability: 0.1 }, { numClasses: 5 }),
    shape: [1, 3, 32, 32],
  }),
  densenet: () => ({
    network: new DenseNet({ growth: 4, depths: [2, 2, 2, 2], channels: 8 }, { numClasses: 5 }),
    shape: [1, 3, 32, 32],
  }),
  efficientnet_b0: known("efficientnet_b0", { classes: 5 }),
  googlenet: known("googlenet", { classes: 5 }),
  mnasnet: known("mnasnet0_5", { classes: 5 }),
  mobilenet_v2: known("mobilenet_v2", { classes: 5, widthMultiplier: 0.25 }),
  mobilenet_v3: known("mobilenet_v3_small", { classes: 5, widthMultiplier: 0.5 }),
  regnet_y: known("regnet_y_400mf", { classes: 5 }),
  resnet18: () => ({
    network: new ResNet({ block: BasicBlock, depths: [2, 1, 1, 1] }, { numClasses: 5 }),
    shape: [1, 3, 32, 32],
  }),
  resnet50: () => ({
    network: new ResNet({ block: Bottleneck, depths: [2, 1, 1, 1] }, { numClasses: 5, widthMultiplier: 0.25 }),
    shape: [1, 3, 32, 32],
  }),
  shufflenet_v2: known("shufflenet_v2_x0_5", { classes: 5 }),
  squeezenet: known("squeezenet1_1", { classes: 5 }),
  unet: () => ({ network: new Unet({ width: 4 }), shape: [1, 1, 32, 32] }),
};

/** With running statistics that are not 0 and 1. */
function trained(name: string): { network: Network; shape: readonly number[] } {
  manualSeed(1);
  const { network, shape } = families[name]!();
  for (const [key, buffer] of network.namedBuffers()) {
    const level = key.endsWith("running_var") ? 1 : 0;
    if (key.includes("running_")) {
      buffer.set(Float32Array.from({ length: buffer.numel }, (_, at) => level + 0.3 * Math.sin(at)));
    }
  }
  return { network: network.eval() as Network, shape };
}

let folder = "";
const files: string[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convsmith-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it.each(Object.keys(families))(
  `%s is read back with the same names and numbers, for two pictures of another size${runtimeMissing}`,
  async (name) => {
    const { network, shape } = trained(name);
    const { bytes, inputs } = await exportOnnx(network, shape);
    const path = join(folder, `${name}.onnx`);
    await writeFile(path, bytes);
    files.push(path);
    const model = parseOnnx(bytes, path);
    // Training's counters, and heads for training alone, are no part of what runs.
    const keys = [...network.stateDict().keys()].filter((key) => !/num_batches_tracked$|^aux\d/.test(key));
    expect([...new OnnxNetwork(model, path).stateDict().keys()].sort()).toEqual(keys.sort());
    const weighted = [nn.Conv2d, nn.ConvTranspose2d, nn.Linear, nn.BatchNorm2d];
    const paths = [...network.namedModules()].filter(([, each]) => weighted.some((type) => each.constructor === type));
    const names = model.graph!.node.map((node) => node.name);
    expect(names).toEqual(expect.arrayContaining(paths.map(([path]) => path).filter((path) => !/^aux\d/.test(path))));
    expect(new Set(names).size).toBe(names.length);
    const open = inputs[0]!.dimensions;
    const sizes = shape.map((size, axis) =>
      typeof open[axis] === "string" ? size + (axis === 0 ? 1 : 16 * axis) : size,
    );
    const x = wave(sizes);
    const expected = await noGrad(() => network.forward(x) as Tensor).data();
    expect(difference(await readAndRun(bytes, x), expected)).toBeLessThanOrEqual(1e-6);
    if (!runtimeMissing) expect(difference(await runElsewhere(bytes, x), expected)).toBeLessThanOrEqual(1e-5);
  },
);

it.skipIf(checkerMissing)(`every file passes ONNX's checker${checkerMissing}`, () => {
  expect(files.length).toBe(Object.keys(families).length);
  expect(checkerComplaints(files)).toBe("");
});

it("gives the same bytes each time, and again from its own file but for names of layers", async () => {
  const { network, shape } = trained("mobilenet_v3");
  const first = await exportOnnx(network, shape);
  await noGrad(() => network.forward(wave(shape)) as Tensor).data();
  const second = await exportOnnx(network, shape);
  expect(Buffer.compare(first.bytes, second.bytes)).toBe(0);
  const read = new OnnxNetwork(parseOnnx(first.bytes, "net.onnx"), "net.onnx").eval();
  const again = await exportOnnx(read as Network, shape);
  expect([again.nodes, again.inputs, again.outputs]).toEqual([first.nodes, first.inputs, first.outputs]);
  const graphs = [first, again].map(({ bytes }) => {
    const { node, initializer } = parseOnnx(bytes, "net.onnx").graph!;
    const stored = initializer.map(({ name, rawData }) => `${name} ${Buffer.from(rawData).toString("base64")}`);
    return { types: node.map(({ opType }) => opType), stored: stored.sort() };
  });
  expect(graphs[1]!.types).toEqual(graphs[0]!.types);
  expect(graphs[1]!.stored.join() === graphs[0]!.stored.join()).toBe(true);
});

it.each([17, 18, 19, 20, 21, 22, 23])(`opset %i gives the same numbers${runtimeMissing}`, async (opset) => {
  for (const name of ["convnext", "lenet", "unet"]) {
    const { network, shape } = trained(name);
    const { bytes } = await exportOnnx(network, shape, { opset });
    expect(parseOnnx(bytes, "net.onnx").opsetImport.map(({ version }) => Number(version))).toEqual([opset]);
    const x = wave(shape);
    const expected = await noGrad(() => network.forward(x) as Tensor).data();
    expect(difference(await readAndRun(bytes, x), expected)).toBeLessThanOrEqual(1e-6);
    if (!runtimeMissing) expect(difference(await runElsewhere(bytes, x), expected)).toBeLessThanOrEqual(1e-5);
  }
});

it("leaves the batch of a transformer open", async () => {
  manualSeed(0);
  const network = new VisionTransformer({ width: 24, heads: 3, depth: 2, classes: 5 }).eval();
  const { bytes, inputs, fixed } = await exportOnnx(network, [1, 3, 224, 224]);
  expect(inputs[0]!.dimensions).toEqual(["batch", 3, 224, 224]);
  expect(fixed.map(({ name }) => name)).toEqual(["height", "width"]);
  const x = wave([2, 3, 224, 224]);
  const expected = await noGrad(() => network.forward(x)).data();
  expect(difference(await readAndRun(bytes, x), expected)).toBeLessThanOrEqual(1e-6);
  if (!runtimeMissing) expect(difference(await runElsewhere(bytes, x), expected)).toBeLessThanOrEqual(1e-5);
});

it("names several outputs as the network does, and keeps one that is its input", async () => {
  class Several extends nn.Module {
    conv = new nn.Conv2d(1, 2, 3);
    forward(x: Tensor) {
      const features = this.conv.forward(x);
      return { features, again: features, sums: features.sum([2, 3]), given: x, mask: features.argmax(1) };
    }
  }
  const { bytes, outputs } = await exportOnnx(new Several(), [1, 1, 8, 8]);
  expect(outputs).toEqual([
    { name: "features", type: "float", dimensions: ["batch", 2, null, null] },
    { name: "again", type: "float", dimensions: ["batch", 2, null, null] },
    { name: "sums", type: "float", dimensions: ["batch", 2] },
    { name: "given", type: "float", dimensions: ["batch", 1, "height", "width"] },
    { name: "mask", type: "int", dimensions: ["batch", null, null] },
  ]);
  const read = new OnnxNetwork(parseOnnx(bytes, "net.onnx"), "net.onnx");
  expect(Object.keys(read.forward(wave([1, 1, 4, 4])))).toEqual(["features", "again", "sums", "given", "mask"]);
});

it("names no output as another one, a stored tensor or the input", async () => {
  class Clashing extends nn.Module {
    weight = new nn.Parameter([1], () => Float32Array.of(3));
    forward(x: Tensor) {
      return { weight: x.mul(this.weight), a_b: x.add(1), a: { b: x.add(2) }, input: x.add(4) };
    }
  }
  const { bytes, outputs } = await exportOnnx(new Clashing(), [1, 2]);
  expect(outputs.map(({ name }) => name)).toEqual(["weight_output", "a_b", "a_b_output", "input_output"]);
  const read = new OnnxNetwork(parseOnnx(bytes, "net.onnx"), "net.onnx");
  const found = Object.values(read.forward(tensor([[1, 2]])) as Record<string, Tensor>);
  expect(await Promise.all(found.map(async (each) => [...(await each.data())]))).toEqual([
    [3, 6],
    [2, 3],
    [3, 4],
    [5, 6],
  ]);
});

class Body extends nn.Module {
  readonly #record: (x: Tensor) => Tensor;
  constructor(record: (x: Tensor) => Tensor) {
    super();
    this.#record = record;
  }
  forward(x: Tensor): Tensor {
    return this.#record(x);
  }
}

it("keeps a size that the network does other things for, and says why", async () => {
  const odd = new Body((x) => (x.shape[2]! % 2 === 0 ? x : nn.functional.pad(x, [0, 0, 0, 1])));
  const { inputs, fixed } = await exportOnnx(new nn.Sequential(odd), [1, 1, 8, 8]);
  expect(inputs[0]!.dimensions).toEqual(["batch", 1, 8, "width"]);
  expect(fixed).toEqual([{ axis: 2, name: "height", reason: "the network does other things for other sizes" }]);
  const scaled = new Body((x) => x.div(x.shape[3]!));
  const found = await exportOnnx(new nn.Sequential(scaled), [1, 1, 8, 8]);
  expect(found.fixed[0]!.reason).toBe("the network computes with other numbers for other sizes");
  const pool = await exportOnnx(new nn.Sequential(new nn.AdaptiveAvgPool2d(3)), [1, 1, 8, 8]);
  expect(pool.fixed[0]!.reason).toBe("0 (adaptiveAvgPool2d): how it weighs pixels changes with the input's size");
  const all = await exportOnnx(new nn.Sequential(odd), [1, 1, 8, 8], { fixedSize: true });
  expect([all.inputs[0]!.dimensions, all.fixed]).toEqual([[1, 1, 8, 8], []]);
});

it("leaves the network as it was", async () => {
  const network = new nn.Sequential(new nn.BatchNorm2d(2), new nn.Dropout(0.5));
  await exportOnnx(network, [1, 2, 4, 4]);
  expect(network.modules().map(({ training }) => training)).toEqual([true, true, true]);
  expect([...(await network.stateDict().get("0.num_batches_tracked")!.data())]).toEqual([0]);
});

it.each([
  [
    "random numbers",
    (x: Tensor) => nn.functional.dropout(x, 0.5),
    {},
    /^0 \(uniform\): draws random numbers .* Drop in training mode only\.$/,
  ],
  ["a broken rule", (x: Tensor) => x.reshape(3, 5), {}, /^0 \(Body\): reshape: needs a shape/],
  ["an opset", (x: Tensor) => x, { opset: 16 }, /^exportOnnx: opset needs a whole number from 17 to 23, got 16$/],
  ["an opset that is not known yet", (x: Tensor) => x, { opset: 24 }, /number from 17 to 23, got 24$/],
])("refuses %s", async (_, record, options, message) => {
  await expect(exportOnnx(new nn.Sequential(new Body(record)), [1, 1, 8, 8], options)).rejects.toThrow(message);
});

it("refuses weights that no file holds, and makes none of them", async () => {
  const network = new nn.Sequential(new nn.Linear(2 ** 15, 2 ** 15, { bias: false }));
  await expect(exportOnnx(network, [1, 2 ** 15])).rejects.toThrow(
    /^exportOnnx: the weights take 4\.29 GB, and an ONNX file holds at most 2\.15 GB/,
  );
});
