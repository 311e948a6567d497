import { expect, test } from "vitest";
import { memoryOf, type Network } from "../../analysis/index.ts";
import { tensorsIn } from "../../analysis/recording.ts";
import { scratchRun } from "../../analysis/scratch.ts";
import { dataNode } from "../../core/node.ts";
import { makePlan } from "../../engine/planner.ts";
import * as nn from "../../nn/index.ts";
import { wasmKernels } from "../../ops/wasm.ts";
import { Adam, SGD } from "../../optim/index.ts";
import { engine, noGrad, setDevice, Tensor } from "../../tensor/index.ts";
import { randomModule } from "../../testing/random-module.ts";
import { createWasmDevice } from "./create.ts";
import type { WasmDevice } from "./device.ts";

class Net extends nn.Module {
  stem = new nn.Conv2d(3, 16, 3, { padding: 1, bias: false });
  norm = new nn.BatchNorm2d(16);
  body = new nn.Conv2d(16, 16, 3, { padding: 1 });
  head = new nn.ConvTranspose2d(16, 2, 2, { stride: 2 });
  forward(x: Tensor): Tensor {
    return this.head.forward(this.body.forward(this.norm.forward(this.stem.forward(x)).relu()));
  }
}

const tensor = (shape: number[]) => {
  const count = shape.reduce((product, size) => product * size, 1);
  return new Tensor(
    dataNode(
      Float32Array.from({ length: count }, (_, at) => Math.sin(at * 12.9898)),
      shape,
    ),
  );
};
const x = tensor([2, 3, 12, 10]);
const numbers = (network: nn.Module, input = x) =>
  noGrad(() => (network as Net).eval().forward(input)).data() as Promise<Float32Array>;

async function withDevice(body: (device: WasmDevice) => Promise<void>): Promise<void> {
  const device = createWasmDevice(wasmKernels, { threads: 2 });
  setDevice(device);
  await body(device);
  device.pool.stop();
}

async function copy(network: Net): Promise<Net> {
  const state = [...network.stateDict()].map(async ([key, each]) => {
    return [key, { shape: each.shape, data: await each.data() }] as const;
  });
  const other = new Net();
  other.loadStateDict(new Map(await Promise.all(state)));
  return other;
}

/** What a device that has kept nothing gives for the same weights. */
async function anew(network: Net, device: WasmDevice): Promise<Float32Array> {
  const other = await copy(network);
  setDevice(createWasmDevice(wasmKernels, { threads: 1 }));
  const result = await numbers(other);
  setDevice(device);
  return result;
}

/** Steps that the next run skips. */
async function skipped(device: WasmDevice, network: nn.Module, input = x): Promise<number> {
  let steps: readonly number[] = [];
  let now = 0;
  device.timer = { now: () => ++now, done: (times) => void ({ steps } = times) };
  await numbers(network, input);
  device.timer = null;
  return steps.filter((time) => time === 0).length;
}

test("weights are packed once for all inferences, and give the same bits", () =>
  withDevice(async (device) => {
    const network = new Net();
    const first = await numbers(network);
    // Three kernels pack, the transposed one for each of its phases; the batch norm is folded.
    expect(await skipped(device, network)).toBeGreaterThanOrEqual(4);
    expect(await numbers(network)).toEqual(first);
    expect(first).toEqual(await anew(network, device));
    expect(device.plansBuilt).toBe(1);
  }));

test("they are packed again after an optimizer's step, new running statistics, and loadStateDict", () =>
  withDevice(async (device) => {
    const network = new Net();
    const other = new Net();
    const optimizer = new SGD(network.parameters(), { lr: 0.1 });
    const seen = [await numbers(network)];
    const changes = [
      async () => {
        optimizer.zeroGrad();
        network.forward(x).pow(2).mean().backward();
        await optimizer.step();
      },
      async () => {
        network.train();
        await noGrad(() => network.forward(x)).data();
      },
      async () => void network.loadStateDict(other.stateDict()),
    ];
    for (const change of changes) {
      await change();
      const result = await numbers(network);
      expect(result).toEqual(await anew(network, device));
      for (const before of seen) expect(result).not.toEqual(before);
      expect(await numbers(network)).toEqual(result);
      expect(await skipped(device, network)).toBeGreaterThan(0);
      seen.push(result);
    }
    expect(await numbers(network)).toEqual(await numbers(other));
  }));

test.each(Array.from({ length: 12 }, (_, seed) => seed))("random network %i: the same bits, kept or not", (seed) =>
  withDevice(async (device) => {
    const { make, shape } = randomModule(seed);
    const [network, input] = [make().eval(), tensor([...shape])];
    const outputs = async () =>
      engine().values(tensorsIn(noGrad(() => network.forward(input))).map(({ node }) => node));
    const kept = [await outputs(), await outputs()];
    const plain = createWasmDevice(wasmKernels, { threads: 1 });
    Object.assign(plain.backend, { keptLimit: 0 });
    setDevice(plain);
    expect(kept).toEqual([await outputs(), await outputs()]);
    setDevice(device);
  }),
);

test("networks of one structure share a plan, and each gets the results of its own weights", () =>
  withDevice(async (device) => {
    const networks = [new Net(), new Net()];
    const expected = [await numbers(networks[0]!), await numbers(networks[1]!)];
    expect(expected[0]).not.toEqual(expected[1]);
    for (const at of [0, 1, 1, 0, 0]) expect(await numbers(networks[at]!)).toEqual(expected[at]);
    expect(device.plansBuilt).toBe(1);
    // Not awaited one by one: the versions of each are those of its call.
    const both = await Promise.all([...networks, ...networks].map((each) => numbers(each)));
    expect(both).toEqual([...expected, ...expected]);
  }));

test("weights that go to another device and come back changed", () =>
  withDevice(async (device) => {
    const network = new Net();
    const before = await numbers(network);
    setDevice(createWasmDevice(wasmKernels, { threads: 1 }));
    network.loadStateDict(new Net().stateDict());
    const there = await numbers(network);
    setDevice(device);
    expect(await numbers(network)).toEqual(there);
    expect(there).not.toEqual(before);
  }));

test("a run that fails half-way leaves nothing to be taken for a result", () =>
  withDevice(async () => {
    const table = new nn.Conv2d(4, 4, 1);
    const pick = (at: number) => {
      const weight = table.weight.mul(2).exp().reshape([4, 4]);
      return weight
        .matmul(weight)
        .gather(0, new Tensor(dataNode(Int32Array.of(at, at, at, at), [1, 4])))
        .data();
    };
    await expect(pick(1 << 28)).rejects.toThrow("outside the tensor");
    const good = await pick(1);
    await expect(pick(1 << 28)).rejects.toThrow("outside the tensor");
    expect(await pick(1)).toEqual(good);
  }));

test("frozen layers are packed once in a training, the others in every step", () =>
  withDevice(async (device) => {
    const network = new Net().eval();
    const twin = (await copy(network)).eval();
    for (const each of [network, twin]) for (const layer of [each.stem, each.norm]) layer.requiresGrad_(false);
    const train = async (each: Net) => {
      const optimizer = new Adam(
        [each.body, each.head].flatMap((layer) => layer.parameters()),
        { lr: 0.01 },
      );
      const counts: number[] = [];
      let now = 0;
      device.timer = {
        now: () => ++now,
        done: ({ steps }) => void counts.push(steps.filter((time) => time === 0).length),
      };
      for (let step = 0; step < 3; step++) {
        optimizer.zeroGrad();
        each.forward(x).pow(2).mean().backward();
        await optimizer.step();
      }
      device.timer = null;
      return counts;
    };
    const counts = await train(network);
    expect(counts[0]).toBe(0);
    expect(counts[2]).toBeGreaterThan(0);
    const other = createWasmDevice(wasmKernels, { threads: 1 });
    Object.assign(other.backend, { keptLimit: 0 });
    setDevice(other);
    await train(twin);
    const expected = await numbers(twin);
    setDevice(device);
    expect(await numbers(network)).toEqual(expected);
  }));

test("what is kept goes with its plan, and is within the limit that a plan is made for", () =>
  withDevice(async (device) => {
    const network = new Net();
    const graph = scratchRun("test", network as Network, [2, 3, 12, 10], false).graph;
    const { keptBytes, prologueSteps } = makePlan(graph, device.backend);
    expect(keptBytes).toBe(memoryOf(network as Network, [2, 3, 12, 10], device).inference.keptBytes);
    for (let limit = keptBytes; limit >= 0; limit = limit === 0 ? -1 : Math.max(0, limit - 2000)) {
      const plan = makePlan(graph, device.backend, limit);
      expect(plan.keptBytes).toBeLessThanOrEqual(limit);
      expect(plan.steps.length).toBe(makePlan(graph, device.backend).steps.length);
    }
    expect(makePlan(graph, device.backend, 0).prologueSteps).toBeLessThan(prologueSteps);
    await numbers(network);
    // Plans of other sizes push the first out of the cache.
    const all = async () => {
      for (let size = 0; size < 70; size++) await numbers(network, tensor([1, 3, 4, 4 + size]));
      return device.memory.usedBytes;
    };
    const used = await all();
    expect(await all()).toBe(used);
  }));

test("where memory is short, what other plans keep is given back, or nothing is kept", () =>
  withDevice(async (device) => {
    const [network, wide] = [new Net(), new nn.Conv2d(64, 64, 3, { padding: 1 })];
    const input = tensor([1, 64, 4, 4]);
    const expected = [await numbers(network), await numbers(wide, input)];
    expect(await skipped(device, network)).toBeGreaterThan(0);
    const { memory } = device;
    const limit = memory.maximumPages * 65536;
    // All that is left, in one piece and then in small ones: the kept results are asked for in the end.
    const taken: { address: number; bytes: number }[] = [];
    for (let bytes = 1 << 30; bytes >= 64; bytes = bytes / 2) {
      while (memory.usedBytes + bytes <= limit) {
        const before = memory.reclaim;
        memory.reclaim = () => false;
        try {
          taken.push(memory.allocate(bytes));
        } catch {
          break;
        } finally {
          memory.reclaim = before;
        }
      }
    }
    expect(memory.allocate(64).bytes).toBe(64);
    expect(await numbers(wide, input)).toEqual(expected[1]);
    expect(await numbers(network)).toEqual(expected[0]);
    for (const block of taken) memory.release(block);
    expect(await numbers(wide, input)).toEqual(expected[1]);
  }));
