import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createWasmDevice } from "../../../devices/wasm/create.ts";
import { createModel } from "../../../models/registry.ts";
import * as nn from "../../../nn/index.ts";
import { wasmKernels } from "../../../ops/wasm.ts";
import { noGrad, rand, setDevice, type Tensor, tensor } from "../../../tensor/index.ts";
import { floats, onnxModel } from "../../../testing/onnx-model.ts";
import { runExported, withoutTorch } from "../../../testing/pytorch.ts";
import { OnnxNetwork } from "../../onnx/network/onnx-network.ts";
import { readTensorFile } from "../../read-tensor-file.ts";
import { writePytorchFolder } from "./folder.ts";
import type { ExportedNetwork } from "./trace.ts";
import { writePytorchModel } from "./write-model.ts";

let folder = "";
beforeAll(async () => {
  setDevice(createWasmDevice(wasmKernels, { threads: 1 }));
  folder = await mkdtemp(join(tmpdir(), "convsmith-torch-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const write = (name: string, network: ExportedNetwork, inputShape: number[], model = name) =>
  writePytorchFolder(join(folder, name), network, { inputShape, model, metadata: {}, recipe: null });
const sourceOf = (network: ExportedNetwork, shape: number[]) => writePytorchModel(network, shape, "a test").source;

/** What runs if a name is ever taken for code. */
const attack = `open("pwned", "w")`;
const hostile = [
  `w"); ${attack} #`,
  `w\n        ${attack}`,
  `"""\n${attack}\n"""`,
  `\\"); ${attack} #`,
  "class.lambda",
  "größe 😀",
  "self.2.0",
];

test.skipIf(withoutTorch)(
  "names of a file are names in PyTorch, whatever they hold, and never code",
  async () => {
    const weights = hostile.map((name, index) => floats(name, [2, 1, 1], [index, -index]));
    const nodes = hostile.map((name, index) => ({
      name: `${name} node`,
      opType: "Add",
      input: [index === 0 ? "x" : `${name} in`, name],
      output: [index === hostile.length - 1 ? "y" : `${hostile[index + 1]} in`],
    }));
    const network = new OnnxNetwork(onnxModel(nodes, weights, [1, 2, 2, 2]), attack) as ExportedNetwork;
    await write("hostile", network, [1, 2, 2, 2], `"""; ${attack}; """`);
    const data = new Float32Array(8).fill(0.5);
    const answer = (await runExported(folder, new Map([["hostile", { data, shape: [1, 2, 2, 2] }]]))).get("hostile")!;
    expect([...answer.keys].sort()).toEqual([...hostile].sort());
    const y = noGrad(() => network.forward(tensor(data, [1, 2, 2, 2]))) as Tensor;
    expect(answer.output).toEqual(await y.data());
    expect(existsSync(join(folder, "pwned"))).toBe(false);
    expect(existsSync("pwned")).toBe(false);
  },
  60_000,
);

test("the weights come back bit for bit, under the same names and in the same order", async () => {
  const { network } = createModel("mnistCnn");
  await write("back", network, [1, 1, 28, 28]);
  const { tensors } = await readTensorFile(join(folder, "back", "weights.pth"));
  expect([...tensors.keys()]).toEqual([...network.stateDict().keys()]);
  const other = createModel("mnistCnn").network;
  const { loadWeights, readWeights } = await import("../../../models/node.ts");
  loadWeights(other, await readWeights(join(folder, "back", "weights.pth")));
  for (const [name, own] of network.stateDict())
    expect(await other.stateDict().get(name)!.data()).toEqual(await own.data());
});

class Net extends nn.Module {
  body: nn.Module;
  constructor(body: nn.Module) {
    super();
    this.body = body;
  }
  forward(x: Tensor): unknown {
    return (this.body as nn.Layer).forward(x);
  }
}

test("a name that nn.Module has itself, and an op that PyTorch has no form of, are told with their layer", () => {
  class Noise extends nn.Module {
    forward(x: Tensor): Tensor {
      return x.add(rand(x.shape));
    }
  }
  expect(() => sourceOf(new Net(new Noise()), [1, 1, 4, 4])).toThrow(
    "body (Noise): the op uniform has no form in PyTorch, so the network can't be exported",
  );
  const half = new nn.Sequential({ half: new nn.ReLU() });
  expect(() => sourceOf(new Net(half), [1, 1, 4, 4])).toThrow(
    `body (Sequential): "half" can't be the name of a layer or parameter in PyTorch. Give it another one.`,
  );
});

test("a block that is called twice must do the same", () => {
  const conv = new nn.Conv2d(1, 1, 3, { padding: 1 });
  class Twice extends nn.Module {
    block = new Net(conv);
    forward(x: Tensor): Tensor {
      return this.block.forward(this.block.forward(x) as Tensor) as Tensor;
    }
  }
  expect(sourceOf(new Twice(), [1, 1, 4, 4])).toContain("x = self.block(x)\n        return self.block(x)");
});

test("layers of one name and other numbers share a class; a layer before dropout is told from one behind", () => {
  class Block extends nn.Module {
    conv: nn.Conv2d;
    dropout = new nn.Dropout(0.1);
    constructor(inChannels: number, outChannels: number) {
      super();
      this.conv = new nn.Conv2d(inChannels, outChannels, 3, { padding: 1 });
    }
    forward(x: Tensor): Tensor {
      const y = this.conv.forward(x);
      return this.dropout.forward(y).add(y);
    }
  }
  const network = new nn.Sequential(new Block(1, 4), new Block(4, 8));
  expect(sourceOf(new Net(network), [1, 1, 4, 4])).toMatchSnapshot();
});
