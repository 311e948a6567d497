import { describe, expect, test } from "vitest";
import { dataNode } from "../core/node.ts";
import { numel } from "../core/shape.ts";
import { createWasmDevice } from "../devices/wasm/create.ts";
import type { WasmDevice } from "../devices/wasm/device.ts";
import * as models from "../models/index.ts";
import * as nn from "../nn/index.ts";
import { wasmKernels } from "../ops/wasm.ts";
import { Adam } from "../optim/index.ts";
import { drawUniform, engine, setDevice, Tensor } from "../tensor/index.ts";
import { bandedDevice } from "../testing/devices.ts";
import { randomModule } from "../testing/random-module.ts";
import { memoryOf, type Network, planOf, type RunMemory } from "./index.ts";
import { tensorsIn } from "./recording.ts";

const deviceWith = (threads: number) => createWasmDevice(wasmKernels, { threads });

/** Numbers as a user brings them: rand() would be computed by the run. */
const numbers = (shape: readonly number[]) => new Tensor(dataNode(drawUniform(numel(shape))(), shape));

/** Runs the network once on a device that has run nothing else. */
async function runOnce(network: Network, shape: number[], device: WasmDevice, train: boolean): Promise<object> {
  setDevice(device);
  const outputs = tensorsIn(network.train(train).forward(numbers(shape)));
  if (!train) {
    await engine().values(outputs.map(({ node }) => node));
    return outputs;
  }
  const optimizer = new Adam(network.parameters(), { lr: 1e-3 });
  const loss = new nn.MSELoss();
  for (const each of outputs.map((each) => loss.forward(each, numbers(each.shape)))) each.backward();
  await optimizer.step();
  return optimizer;
}

const total = (memory: RunMemory) =>
  memory.arenaBytes +
  memory.parameterBytes +
  memory.bufferBytes +
  memory.gradientBytes +
  memory.optimizerBytes +
  memory.keptBytes +
  memory.tableBytes +
  memory.argumentBytes +
  memory.kernelBytes +
  memory.threadBytes +
  memory.alignmentBytes;

function checkTimeline({ timeline, peak, liveBytes, arenaBytes, inputBytes }: RunMemory): void {
  expect(Math.max(...timeline.map((each) => each.liveBytes))).toBe(liveBytes);
  expect(timeline[peak.step]!.liveBytes).toBe(liveBytes);
  expect(peak.buffers.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(liveBytes);
  expect(arenaBytes).toBeGreaterThanOrEqual(liveBytes);
  const ends = peak.buffers.map(({ offset, bytes }) => [offset, offset + bytes] as const).sort((a, b) => a[0] - b[0]);
  for (const [at, [start]] of ends.entries()) if (at > 0) expect(start).toBeGreaterThanOrEqual(ends[at - 1]![1]);
  expect(ends.at(-1)![1]).toBeLessThanOrEqual(arenaBytes);
  expect(liveBytes).toBeGreaterThanOrEqual(inputBytes);
}

async function check(
  make: () => Network,
  shape: number[],
  threads: number,
  train: boolean,
  // The device at hand: its probe decides on tiles, which decide on workspaces.
  device: WasmDevice = deviceWith(threads),
): Promise<void> {
  const memory = memoryOf(make(), shape, device);
  const run = train ? memory.training! : memory.inference;
  checkTimeline(run);
  expect(total(run)).toBe(run.totalBytes);
  const network = make();
  // No matter which numbers: zeros are made faster.
  for (const { cell } of network.parameters()) cell.initial = () => new Float32Array(numel(cell.shape));
  const alive = [network, await runOnce(network, shape, device, train)];
  const held = { threads: device.pool.threads, arena: device.arenaBytes, total: device.memory.usedBytes };
  device.pool.stop();
  const foretold = { threads: memory.threads, arena: run.arenaBytes, total: run.totalBytes };
  expect(foretold, `${network} on ${shape}`).toEqual(held);
  // What is collected gives its memory back: both live up to here.
  expect(alive).toHaveLength(2);
}

const known = (name: string) => () => models.createModel(name).network as Network;

describe("memory is what the device holds, to the byte", () => {
  test.each([
    ["espcn", [2, 1, 19, 17], [1, 2]],
    ["lenet5", [3, 1, 28, 28], [1, 2]],
    ["fsrcnn", [1, 1, 12, 12], [2]],
    ["squeezenet1_1", [1, 3, 64, 64], [2]],
  ])("%s on %j with %j threads", async (name, shape, counts) => {
    for (const threads of counts) for (const train of [false, true]) await check(known(name), shape, threads, train);
  });

  test.each(["densenet121", "resnet18", "mobilenet_v3_small"])("%s, inference", async (name) => {
    await check(known(name), [1, 3, 32, 32], 2, false);
  });

  test.each(Array.from({ length: 16 }, (_, seed) => seed))("random network %i", async (seed) => {
    const { make, shape } = randomModule(seed);
    for (const train of [false, true]) await check(make, shape, 1 + (seed % 2), train);
  });
});

test.each([[[1, 1, 70, 31]], [[3, 1, 45, 33]]])("chains that run in bands, espcn on %j", async (shape) => {
  const limits = { image: 100_000, chain: 700_000 };
  const whole = memoryOf(new models.Espcn(3), shape, deviceWith(2)).inference;
  const device = bandedDevice(2, limits);
  const { steps } = planOf(new models.Espcn(3), shape, device);
  const bands = (layer: string) => steps.filter((each) => each.layer === layer && !each.moves).at(-1)!.bands;
  expect(Math.min(...["conv1", "conv2", "conv3"].map(bands))).toBeGreaterThan(2);
  for (const threads of [1, 2])
    for (const train of [false, true])
      await check(known("espcn"), shape, threads, train, bandedDevice(threads, limits));
  expect(memoryOf(new models.Espcn(3), shape, device).inference.arenaBytes).toBeLessThan(whole.arenaBytes);
});

class Twice extends nn.Module {
  conv = new nn.Conv2d(1, 4, 3, { padding: 1 });
  unused = new nn.Linear(100, 100);
  norm = new nn.BatchNorm2d(4);
  drop = new nn.Dropout(0.5);
  forward(x: Tensor): Tensor {
    return this.drop.forward(this.norm.forward(this.conv.forward(x)));
  }
}

test("parameters, buffers, gradients and Adam's state of what the run uses", () => {
  const { inference, training } = memoryOf(new Twice(), [1, 1, 8, 8], deviceWith(1));
  const used = 4 * (4 * 9 + 4 + 4 + 4);
  const statistics = 4 * (4 + 4);
  expect([inference.parameterBytes, inference.bufferBytes]).toEqual([used, statistics]);
  expect([inference.gradientBytes, inference.optimizerBytes]).toEqual([0, 0]);
  expect([training!.parameterBytes, training!.bufferBytes]).toEqual([used, statistics]);
  expect([training!.gradientBytes, training!.optimizerBytes]).toEqual([used, 2 * used]);
  expect(inference.inputBytes).toBe(4 * 64);
});

test("every step tells its layer and phase", () => {
  const { training } = memoryOf(new models.Espcn(2), [1, 1, 12, 12], deviceWith(1));
  const seen = (phase: string) =>
    new Set(training!.timeline.filter((each) => each.phase === phase).map(({ layer }) => layer));
  expect([...seen("forward")]).toEqual(expect.arrayContaining(["conv1", "conv2", "conv3"]));
  expect([...seen("backward")]).toEqual(expect.arrayContaining(["conv1", "conv2", "conv3"]));
  expect([...seen("update")].sort()).toEqual(["conv1", "conv2", "conv3"]);
  expect(training!.peak.buffers.some(({ kind, layer }) => kind === "value" && layer?.startsWith("conv"))).toBe(true);
});

test("a network is afterwards as it was: mode, pending updates, gradients, counters, random stream", async () => {
  setDevice(deviceWith(1));
  const [asked, left] = [new Twice(), new Twice()];
  left.loadStateDict(await copyOf(asked));
  const x = numbers([2, 1, 6, 6]);
  const step = async (network: Twice, between: () => void) => {
    const optimizer = new Adam(network.parameters(), { lr: 1e-2 });
    network.drop.training = false;
    for (let turn = 0; turn < 2; turn++) {
      between();
      const loss = network.forward(x).pow(2).mean();
      between();
      loss.backward();
      between();
      if (turn === 0) await optimizer.step();
      else optimizer.step().catch(() => undefined);
      between();
    }
    return copyOf(network);
  };
  const device = deviceWith(1);
  const expected = await step(left, () => undefined);
  const actual = await step(asked, () => void memoryOf(asked, [2, 1, 6, 6], device));
  expect(actual).toEqual(expected);
  expect(asked.conv.weight.grad).not.toBeNull();
  expect(await asked.conv.weight.grad!.data()).toEqual(await left.conv.weight.grad!.data());
  expect(asked.unused.weight.grad).toBeNull();
  expect(asked.training).toBe(true);
  expect(asked.drop.training).toBe(false);
});

async function copyOf(network: nn.Module) {
  const entries = [...network.stateDict()].map(async ([key, each]) => {
    return [key, { shape: each.shape, data: await each.data() }] as const;
  });
  return new Map(await Promise.all(entries));
}

test("no numbers are made: a network of more than memory holds", () => {
  const { network, inputHint } = models.createModel("regnet_y_128gf");
  const { inference, training } = memoryOf(network as Network, inputHint, deviceWith(2));
  expect(inference.parameterBytes).toBe(4 * 644_812_894);
  expect(training!.optimizerBytes).toBe(8 * 644_812_894);
  expect(network.parameters().every(({ cell }) => cell.storage === null && cell.initial !== null)).toBe(true);
});

test("where there is no training step, inference is told all the same, and why", () => {
  const memory = memoryOf(new Twice(), [1, 1, 1, 1], deviceWith(1));
  expect(memory.inference.arenaBytes).toBeGreaterThan(0);
  expect(memory.training).toBeNull();
  expect(memory.trainingError).toMatch(/^norm \(BatchNorm2d 4\): needs more than one value/);
  const frozen = memoryOf(new Twice().requiresGrad_(false), [1, 1, 4, 4], deviceWith(1));
  expect(frozen.trainingError).toMatch("no parameter that requires a gradient");
  expect(JSON.parse(JSON.stringify(memory))).toEqual(memory);
});

test("what can't be planned is told by the layer that it does not fit", () => {
  const device = deviceWith(1);
  expect(() => memoryOf(new Twice(), [1, 3, 8, 8], device)).toThrow(/^conv \(Conv2d 1→4, 3×3\)/);
  expect(() => memoryOf(new Twice(), [0], device)).toThrow("memoryOf: needs an input shape");
  const network = new Twice();
  expect(() => memoryOf(network, [1, 1, 8], device)).toThrow("conv");
  expect(planOf(network, [1, 1, 8, 8], device).steps.length).toBeGreaterThan(1);
});
