import { beforeEach, expect, test } from "vitest";
import { planOf } from "../src/analysis/index.ts";
import type { WasmDevice } from "../src/devices/wasm/device.ts";
import { manualSeed, nn, optim, rand, setDevice, type Tensor, wasmDevice } from "../src/index.ts";
import { Espcn } from "../src/models/index.ts";

let device: WasmDevice;

beforeEach(() => {
  device = wasmDevice({ threads: 2 });
  setDevice(device);
  manualSeed(3);
});

/** What must stand still once a loop has found its plans. */
const counts = () => [device.plansBuilt, device.kernels.compiled, device.arenaBytes];

test("ESPCN forward: no tanh, bias or sigmoid has a step of its own", async () => {
  const { steps } = planOf(new Espcn(3).eval(), [1, 1, 36, 64], device);
  const fused = steps.filter(({ part }) => part.endsWith(" convolution")).map((step) => step.fused);
  expect(fused.map(([first]) => first)).toEqual(["tanh", "tanh", "sigmoid"]);
  const others = steps.filter(({ kernel }) => !kernel.startsWith("conv2d"));
  for (const { kernel, fused } of others) {
    expect([kernel, ...fused].join(" ")).not.toMatch(/tanh|sigmoid|add|mul/);
  }
  for (const layer of ["conv1", "conv2", "conv3"]) {
    const readers = steps.filter(({ reads }) => reads.some(({ home }) => home === `${layer}.bias`));
    expect(readers.length, layer).toBeGreaterThan(0);
    for (const { kernel } of readers) expect(kernel, layer).toMatch(/^conv2d/);
  }
});

test("a training step of ESPCN: the gradients of tanh and sigmoid are done where they are used", async () => {
  const { steps } = planOf(new Espcn(3).train(), [4, 1, 17, 17], device, { train: true });
  const alone = steps.filter(({ kernel, fused }) => kernel === "elementwise" && /^(tanh|sigmoid)$/.test(fused.join()));
  expect(alone).toEqual([]);
  const backward = steps.filter(({ kernel, part }) => /^convTranspose2d/.test(kernel) && part.endsWith(" convolution"));
  expect(backward.map(({ fused }) => fused.length > 0)).toEqual([true, true]);
  // One pass for a parameter with both its running values.
  const updates = steps.filter(({ writes }) => writes.some(({ home }) => home.startsWith("exp_avg of")));
  expect(updates.every(({ writes }) => writes.length === 3)).toBe(true);
});

class Classifier extends nn.Module {
  features = new nn.Sequential(
    new nn.Conv2d(1, 8, 3, { padding: 1 }),
    new nn.BatchNorm2d(8),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Dropout(0.25),
    new nn.Flatten(),
  );
  fc = new nn.Linear(8 * 36, 5);
  forward(x: Tensor): Tensor {
    return this.fc.forward(this.features.forward(x));
  }
}

test("from step 3 on nothing is built, compiled or allocated: changing learning rate, dropout, batch norm", async () => {
  const model = new Classifier();
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
  const schedule = new optim.CosineAnnealingLR(optimizer, 50);
  let settled: number[] = [];
  for (let step = 1; step <= 50; step++) {
    optimizer.zeroGrad();
    const output = model.forward(rand([6, 1, 12, 12]));
    const loss = new nn.MSELoss().forward(output, rand([6, 5]));
    loss.backward();
    optim.clipGradNorm(model.parameters(), 1);
    await optimizer.step();
    schedule.step();
    expect(await loss.item()).toBeGreaterThan(0);
    if (step === 2) settled = counts();
    if (step > 2) expect(counts(), `step ${step}`).toEqual(settled);
  }
});

test("ten input sizes in turn compile no kernel twice, and none when they come again", async () => {
  const model = new Espcn(2).eval();
  const compiled: string[] = [];
  const get = device.kernels.get.bind(device.kernels);
  device.kernels.get = (step) => {
    const before = device.kernels.compiled;
    const kernel = get(step);
    if (device.kernels.compiled > before) compiled.push(step.key);
    return kernel;
  };
  const sizes = Array.from({ length: 10 }, (_, index) => [1 + (index % 2), 1, 9 + 3 * index, 14 + 5 * index]);
  for (const size of sizes) await model.forward(rand(size)).data();
  expect(new Set(compiled).size).toBe(compiled.length);
  const settled = counts();
  for (const size of sizes.toReversed()) await model.forward(rand(size)).data();
  expect(counts()).toEqual(settled);
  expect(compiled.length).toBe(settled[1]);
});

test("a value that was computed before is read, not computed again", async () => {
  const model = new nn.Sequential(new nn.Flatten(), new nn.Linear(4, 3));
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const output = model.forward(rand([2, 1, 2, 2]));
  const before = await output.data();
  const loss = new nn.MSELoss().forward(output, rand([2, 3]));
  loss.backward();
  await optimizer.step();
  expect(await loss.item()).toBeGreaterThan(0);
  expect(await output.data()).toEqual(before);
});
