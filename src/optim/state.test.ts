import { beforeEach, describe, expect, test } from "vitest";
import { StaleTensorError } from "../core/errors.ts";
import * as nn from "../nn/index.ts";
import { manualSeed, noGrad, ones, Parameter, randn, setDevice, type Tensor, tensor } from "../tensor/index.ts";
import { testDevices } from "../testing/devices.ts";
import { WatchedDevice } from "../testing/watched-device.ts";
import * as optim from "./index.ts";

const numbers = async (x: Tensor | null) => [...(await x!.data())];

describe.each(testDevices)("state and time on %s", (_name, make) => {
  let device: WatchedDevice;

  beforeEach(() => {
    device = new WatchedDevice(make());
    setDevice(device);
    manualSeed(1);
  });

  const weights = (...values: number[]) => new Parameter([values.length], () => Float32Array.from(values), "w");
  /** Gradient: the inputs. */
  const dot = (w: Tensor, ...inputs: number[]) => w.mul(tensor(inputs)).sum();

  test("the loop: a gradient survives the step and is null after zeroGrad, and a step is one plan", async () => {
    const w = weights(1, 2);
    const optimizer = new optim.SGD([w], { lr: 0.5 });
    for (let step = 1; step <= 3; step++) {
      optimizer.zeroGrad();
      expect(w.grad).toBeNull();
      const loss = dot(w, 2, 4);
      loss.backward();
      await optimizer.step();
      expect(device.plans).toHaveLength(step);
      expect(await loss.item()).toBe(10 - 10 * (step - 1));
      expect(device.plans).toHaveLength(step);
    }
    expect(await numbers(w.grad)).toEqual([2, 4]);
    expect(await numbers(w)).toEqual([-2, -4]);
  });

  test("accumulation: backwards add, and reading a loss between them runs no forward twice", async () => {
    const layer = new nn.Linear(3, 2);
    const optimizer = new optim.SGD(layer.parameters(), { lr: 0.1 });
    const batches = [randn([4, 3]), randn([4, 3])];
    const whole = layer.forward(batches[0]!).relu().sum().add(layer.forward(batches[1]!).relu().sum());
    whole.backward();
    const expected = await numbers(layer.weight.grad);
    layer.zeroGrad();
    device.computed.length = 0;
    for (const batch of batches) {
      const loss = layer.forward(batch).relu().sum();
      loss.backward();
      await loss.item();
    }
    await optimizer.step();
    expect(device.repeats).toBe(false);
    for (const [at, value] of (await numbers(layer.weight.grad)).entries()) expect(value).toBeCloseTo(expected[at]!, 5);
  });

  test("clipping: gradients are scaled at once, and the norm stays readable after the step", async () => {
    const [a, b] = [weights(0, 0), weights(0)];
    const optimizer = new optim.SGD([a, b], { lr: 1 });
    dot(a, 1, 2).add(dot(b, 2)).backward();
    const norm = optim.clipGradNorm([a, b], 1.5);
    await optimizer.step();
    expect(await norm.item()).toBe(3);
    const moved = [...(await numbers(a)), ...(await numbers(b))];
    for (const [at, value] of [-0.5, -1, -1].entries()) expect(moved[at]).toBeCloseTo(value, 5);
    expect(await numbers(a.grad)).toEqual(moved.slice(0, 2).map((each) => -each));
    optimizer.zeroGrad();
    dot(a, 1, -7).backward();
    optim.clipGradValue([a, b], 3);
    expect(await numbers(a.grad)).toEqual([1, -3]);
    expect(await optim.clipGradNorm([a], 1, { normType: Number.POSITIVE_INFINITY }).item()).toBe(3);
    expect(await optim.clipGradNorm([b], 1).item()).toBe(0);
  });

  test("gradients below the limit keep their size", async () => {
    const w = weights(0, 0);
    dot(w, 0.25, 0).backward();
    optim.clipGradNorm([w], 1);
    expect(await numbers(w.grad)).toEqual([0.25, 0]);
  });

  test("reading after the step: roots of backward and what was kept; anything else says what to do", async () => {
    const net = new nn.Sequential(new nn.Conv2d(2, 1, 1));
    const optimizer = new optim.SGD(net.parameters(), { lr: 1 });
    const output = net.forward(ones([3, 2, 1, 1]));
    const kept = output.mul(2).keep();
    const lost = output.mul(3);
    const loss = output.sum();
    loss.backward();
    await optimizer.step();
    const total = (await numbers(kept)).reduce((a, b) => a + b, 0);
    expect(total).toBeCloseTo(2 * (await loss.item()), 5);
    await expect(lost.data()).rejects.toThrow(StaleTensorError);
    await expect(lost.data()).rejects.toThrow(
      /^conv2d in 0: reads version 0 of 0\.(weight|bias).*keep\(\) before step\(\)/,
    );
  });

  test("tensors held for long keep their numbers", async () => {
    const w = weights(1);
    const optimizer = new optim.SGD([w], { lr: 1 });
    const before = w.mul(10);
    expect(await before.item()).toBe(10);
    const copy = await before.data();
    dot(w, 1).backward();
    await optimizer.step();
    copy[0] = 99;
    expect(await before.item()).toBe(10);
    expect(await before.add(w).item()).toBe(10);
  });

  describe("batch norm", () => {
    const batch = (mean: number) => tensor([mean - 1, mean + 1], [2, 1, 1, 1]);

    test("moves its statistics once for each forward, in order, even if nothing reads the output", async () => {
      const norm = new nn.BatchNorm2d(1, { momentum: 0.5 });
      norm.forward(batch(4));
      const output = norm.forward(batch(8));
      expect(await norm.running_mean!.item()).toBe(5);
      await output.data();
      await output.mul(2).data();
      expect(await norm.running_mean!.item()).toBe(5);
      expect(await norm.running_var!.item()).toBe(1.75);
      expect(await norm.stateDict().get("running_mean")!.item()).toBe(5);
      expect(await norm.stateDict().get("num_batches_tracked")!.item()).toBe(2);
      const seen = await norm
        .eval()
        .forward(tensor([5], [1, 1, 1, 1]))
        .item();
      expect(seen).toBeCloseTo(0, 6);
      expect(await norm.num_batches_tracked!.item()).toBe(2);
    });

    test("is not run again for its statistics", async () => {
      const norm = new nn.BatchNorm2d(1);
      const optimizer = new optim.SGD(norm.parameters(), { lr: 0.1 });
      const loss = norm.forward(batch(4)).mul(batch(1)).sum();
      loss.backward();
      await optimizer.step();
      await norm.running_var!.data();
      expect(device.plans).toHaveLength(1);
      expect(device.repeats).toBe(false);
    });
  });

  test("dropout: forward, backward and a second computation use one mask; seeds repeat it", async () => {
    const w = new Parameter([64], () => new Float32Array(64).fill(1), "w");
    const dropped = nn.functional.dropout(w, 0.5);
    dropped.sum().backward();
    const grad = await numbers(w.grad);
    expect(new Set(grad)).toEqual(new Set([0, 2]));
    expect(await numbers(dropped.mul(3))).toEqual(grad.map((each) => 3 * each));
    expect(await numbers(dropped)).toEqual(grad);
    manualSeed(1);
    expect(await numbers(nn.functional.dropout(w, 0.5))).toEqual(grad);
    expect(await numbers(nn.functional.dropout(w, 0.5))).not.toEqual(grad);
  });

  describe("two optimisers", () => {
    test("lossG.backward(); optD.step(); optG.step() uses the discriminator of before", async () => {
      const [generator, discriminator] = [weights(2), weights(3)];
      const optG = new optim.SGD([generator], { lr: 0.1 });
      const optD = new optim.SGD([discriminator], { lr: 0.1 });
      const fake = generator.mul(5);
      discriminator.mul(fake.detach()).sum().backward();
      expect(generator.grad).toBeNull();
      discriminator.requiresGrad = false;
      discriminator.mul(fake).sum().backward();
      discriminator.requiresGrad = true;
      await optD.step();
      await optG.step();
      expect((await numbers(discriminator))[0]).toBeCloseTo(3 - 0.1 * 10, 6);
      expect((await numbers(generator))[0]).toBeCloseTo(2 - 0.1 * 15, 6);
    });

    test("backward through a replaced version throws", async () => {
      const [a, b] = [weights(2), weights(3)];
      const loss = a.mul(b).sum();
      a.sum().backward();
      await new optim.SGD([a], { lr: 1 }).step();
      expect(() => loss.backward()).toThrow(StaleTensorError);
      expect(noGrad(() => a.mul(b)).node.constant).toBe(true);
    });
  });

  test("shared parameters: gradients of all uses add, the step is made once", async () => {
    const layer = new nn.Linear(1, 1, { bias: false });
    const twice = new nn.Sequential(layer, layer);
    layer.weight.set(new Float32Array([3]));
    const optimizer = new optim.SGD(twice.parameters(), { lr: 0.5 });
    twice
      .forward(ones([1, 1]))
      .sum()
      .backward();
    layer
      .forward(ones([1, 1]))
      .sum()
      .backward();
    expect(await numbers(layer.weight.grad)).toEqual([7]);
    await optimizer.step();
    expect(await numbers(layer.weight)).toEqual([-0.5]);
  });

  test("changing learning rates, dropout and batch norm change no plan after the second step", async () => {
    const net = new nn.Sequential(
      new nn.Conv2d(1, 3, 3),
      new nn.BatchNorm2d(3, { momentum: null }),
      new nn.Dropout(0.25),
      new nn.Flatten(),
      new nn.Linear(12, 2),
    );
    const optimizer = new optim.Adam(net.parameters(), { weightDecay: 0.01, amsgrad: true });
    const schedule = new optim.CosineAnnealingLR(optimizer, 6);
    const seen: string[] = [];
    for (let step = 0; step < 6; step++) {
      optimizer.zeroGrad();
      net
        .forward(randn([2, 1, 4, 4]))
        .pow(2)
        .mean()
        .backward();
      optim.clipGradNorm(net.parameters(), 1 / (step + 1));
      await optimizer.step();
      schedule.step();
      seen.push(device.plans.at(-1)!);
    }
    expect(device.plans).toHaveLength(6);
    expect(new Set(seen.slice(2)).size).toBe(1);
  });

  test("the ninth unresolved step throws, and the eight are done in order", async () => {
    const w = weights(0);
    const optimizer = new optim.SGD([w], { lr: 1 });
    const step = () => {
      optimizer.zeroGrad();
      dot(w, 1).backward();
      return optimizer.step();
    };
    const queued = Array.from({ length: 8 }, step);
    expect(step).toThrow(/SGD: 8 steps are queued.*await optimizer\.step\(\)/);
    await Promise.all(queued);
    expect(await numbers(w)).toEqual([-8]);
    await step();
    // The gradient of the refused step was waiting: zeroGrad dropped it.
    expect(await numbers(w)).toEqual([-9]);
  });

  test("a run that fails changes no cell, and the next continues as if it had not been", async () => {
    const train = async (failures: readonly number[]) => {
      manualSeed(4);
      const net = new nn.Sequential(new nn.Conv2d(1, 2, 3), new nn.BatchNorm2d(2));
      const optimizer = new optim.Adam(net.parameters(), { lr: 0.1 });
      for (let step = 0; step < 4; step++) {
        const input = tensor(
          Float32Array.from({ length: 32 }, (_, at) => Math.sin(at + step)),
          [2, 1, 4, 4],
        );
        const state = async () => [...(await Promise.all([...net.stateDict().values()].map(numbers)))].slice(0, 6);
        if (failures.includes(step)) {
          const before = await state();
          optimizer.zeroGrad();
          net.forward(input).pow(3).mean().backward();
          device.failNext = true;
          await expect(optimizer.step()).rejects.toThrow("the device is lost");
          expect(await state()).toEqual(before);
        }
        optimizer.zeroGrad();
        net.forward(input).pow(3).mean().backward();
        await optimizer.step();
      }
      const { tensors, steps } = await optimizer.stateDict();
      return { weight: await numbers(net.parameters()[0]!), steps, tensors };
    };
    expect(await train([0, 2])).toEqual(await train([]));
  });
});
