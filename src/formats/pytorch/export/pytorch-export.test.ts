import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createWasmDevice } from "../../../devices/wasm/create.ts";
import { BasicBlock } from "../../../models/blocks/residual.ts";
import { ConvNeXt } from "../../../models/convnext.ts";
import { DenseNet } from "../../../models/densenet.ts";
import { createModel, models } from "../../../models/registry.ts";
import { ResNet } from "../../../models/resnet.ts";
import { Unet } from "../../../models/unet.ts";
import * as nn from "../../../nn/index.ts";
import { wasmKernels } from "../../../ops/wasm.ts";
import { manualSeed, noGrad, setDevice, type Tensor, tensor } from "../../../tensor/index.ts";
import { runExported, type TorchAnswer, withoutTorch } from "../../../testing/pytorch.ts";
import { writePytorchFolder } from "./folder.ts";

const quick = [
  ...["espcn", "fsrcnn", "srcnn", "lenet", "lenet5", "mnistCnn", "unet"],
  ...["resnet18", "mobilenet_v2", "mobilenet_v3_small", "squeezenet1_1", "shufflenet_v2_x0_5", "densenet121"],
  ...["googlenet", "efficientnet_b0", "mnasnet0_5", "regnet_y_400mf", "convnext_tiny"],
];
const wholeZoo = process.env.CONVSMITH_WHOLE_ZOO !== undefined;
const names = wholeZoo
  ? Object.keys(models).filter(
      (name) => !/vgg|_(32|128|16)gf|convnext_(base|large)|wide|101|152|b[4-7]|v2_[ml]|161|201|169|64x4d/.test(name),
    )
  : quick;

/** Those with the most weights, of fewer layers and channels: their code is written from the same modules. */
const small: Readonly<Record<string, () => nn.Layer>> = {
  convnext_tiny: () => new ConvNeXt({ widths: [8, 16], depths: [1, 2], dropProbability: 0.1 }),
  densenet121: () => new DenseNet({ growth: 8, depths: [2, 3, 4, 2], channels: 16 }),
  resnet18: () => new ResNet({ block: BasicBlock, depths: [2, 1, 1, 1] }),
  unet: () => new Unet({ width: 8 }),
};

/** Small, so that the tests are quick, where a network takes any size. */
function inputOf(name: string, hint: readonly number[]): number[] {
  const side =
    name === "unet" ? 32 : name === "inception_v3" ? 96 : hint[2]! < 100 || /vgg|alexnet/.test(name) ? hint[2]! : 64;
  return [name === "unet" ? 1 : 2, hint[1]!, side, side];
}

/** Running statistics of this batch: with those of a fresh network, all that comes out of a deep one is its last bias. */
function calibrate(network: nn.Layer, x: Tensor): void {
  const norms = network.modules().filter((each) => each instanceof nn.BatchNorm2d) as { momentum: number | null }[];
  for (const norm of norms) norm.momentum = 1;
  network.train();
  noGrad(() => network.forward(x));
  for (const norm of norms) norm.momentum = 0.1;
}

let folder = "";
let answers = new Map<string, TorchAnswer>();
const own = new Map<string, { output: Float32Array; shape: readonly number[]; keys: string[] }>();

beforeAll(async () => {
  if (withoutTorch) return;
  setDevice(createWasmDevice(wasmKernels, { threads: 1 }));
  folder = await mkdtemp(join(tmpdir(), "convsmith-torch-"));
  const inputs = new Map<string, { data: Float32Array; shape: number[] }>();
  for (const name of names) {
    manualSeed(7);
    const { network: whole, inputHint } = createModel(name);
    const network = wholeZoo ? whole : (small[name]?.() ?? whole);
    const shape = inputOf(name, inputHint);
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, at) => Math.sin(at * 0.37));
    calibrate(network, tensor(data, shape));
    const inputShape = [1, ...shape.slice(1)];
    await writePytorchFolder(join(folder, name), network, { inputShape, model: name, metadata: {}, recipe: null });
    network.eval();
    const output = noGrad(() => network.forward(tensor(data, shape)));
    own.set(name, {
      output: (await output.data()) as Float32Array,
      shape: output.shape,
      keys: [...network.stateDict().keys()],
    });
    inputs.set(name, { data, shape });
  }
  answers = await runExported(folder, inputs);
}, 1_800_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

test.skipIf(withoutTorch).each(names)("%s gives the same numbers in PyTorch, under the same names", (name) => {
  const { output, shape, keys } = own.get(name)!;
  const answer = answers.get(name)!;
  expect(answer.keys).toEqual(keys);
  expect(answer.shape).toEqual(shape);
  const largest = output.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
  const distance = output.reduce((most, each, at) => Math.max(most, Math.abs(each - answer.double[at]!)), 0);
  // Normalising a few numbers magnifies roundings, PyTorch's own as much as ours.
  expect(distance).toBeLessThan(4 * answer.error + 2e-6 * largest);
});
