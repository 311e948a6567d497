import { beforeAll, describe, expect, test } from "vitest";
import { ReferenceDevice } from "../devices/reference/device.ts";
import * as nn from "../nn/index.ts";
import { manualSeed, Parameter, setDevice, tensor } from "../tensor/index.ts";
import * as optim from "./index.ts";

beforeAll(() => setDevice(new ReferenceDevice()));

const weight = (value = 1) => new Parameter([1], () => Float32Array.of(value), "w");

describe("parameter groups", () => {
  test("have options of their own over the defaults", async () => {
    const [a, b, frozen] = [weight(), weight(), weight()];
    const optimizer = new optim.SGD([{ params: [a] }, { params: [b, frozen], lr: 10 }], { lr: 1, momentum: 0.5 });
    expect(optimizer.paramGroups.map(({ lr, momentum }) => [lr, momentum])).toEqual([
      [1, 0.5],
      [10, 0.5],
    ]);
    a.add(b).sum().backward();
    await optimizer.step();
    expect([await a.item(), await b.item(), await frozen.item()]).toEqual([0, -9, 1]);
  });

  const w = weight();
  test.each([
    [() => new optim.Adam([]), "Adam: got no parameters. Give it model.parameters()."],
    [() => new optim.Adam([w, w]), "Adam: a parameter is given twice"],
    [() => new optim.Adam([w], { lr: -1 }), "Adam: lr needs a number from 0, got -1"],
    [() => new optim.AdamW([w], { betas: [0.9, 1] }), "AdamW: betas needs a number from 0 to below 1, got 1"],
    [() => new optim.RMSprop([w], { alpha: Number.NaN }), "RMSprop: alpha needs a number from 0, got NaN"],
    [() => new optim.SGD([w], { lr: 1, nesterov: true }), "SGD: nesterov needs a momentum and no dampening"],
    [() => optim.clipGradNorm([w], -1), "clipGradNorm: needs a maxNorm of at least 0, got -1"],
  ])("what is wrong is refused: %s", (make, message) => {
    expect(make).toThrow(message);
  });
});

test("SGD's dampening leaves the first step whole, as in PyTorch", async () => {
  const w = weight(0);
  const optimizer = new optim.SGD([w], { lr: 1, momentum: 0.5, dampening: 0.25 });
  const expected = [-1, -1 - (0.5 + 0.75)];
  for (const value of expected) {
    optimizer.zeroGrad();
    w.sum().backward();
    await optimizer.step();
    expect(await w.item()).toBe(value);
  }
});

test.each([
  ["Adam", (p: Parameter[]) => new optim.Adam(p, { lr: 0.1, amsgrad: true })],
  ["SGD", (p: Parameter[]) => new optim.SGD(p, { lr: 0.1, momentum: 0.9 })],
  ["RMSprop", (p: Parameter[]) => new optim.RMSprop(p, { lr: 0.1, momentum: 0.9, centered: true })],
] as const)("%s continues from its state to the same bits", async (_name, make) => {
  const start = () => {
    manualSeed(2);
    const net = new nn.Linear(3, 2);
    return { net, optimizer: make(net.parameters()) };
  };
  const train = async ({ net, optimizer }: ReturnType<typeof start>, steps: number) => {
    for (let step = 0; step < steps; step++) {
      optimizer.zeroGrad();
      net
        .forward(tensor([[1, 2, 3]]))
        .pow(2)
        .sum()
        .backward();
      await optimizer.step();
    }
  };
  const unbroken = start();
  await train(unbroken, 5);
  const first = start();
  await train(first, 3);
  const saved = await first.optimizer.stateDict();
  expect(JSON.parse(JSON.stringify(saved.groups))).toEqual(saved.groups);
  const second = start();
  second.net.loadStateDict(first.net.stateDict());
  second.optimizer.paramGroups[0]!.lr = 7;
  second.optimizer.loadStateDict(saved);
  await train(second, 2);
  expect(await second.net.weight.data()).toEqual(await unbroken.net.weight.data());
  expect(() => make([weight()]).loadStateDict(saved)).toThrow(/of 2 parameters in groups of 2, needs 1 in groups of 1/);
  const wrong = { ...saved, tensors: new Map([["0.exp_avg", { shape: [7], data: new Float32Array(7) }]]) };
  expect(() => second.optimizer.loadStateDict(wrong)).toThrow(/0\.exp_avg needs shape \[2, 3\], got \[7\]/);
});

describe("schedules", () => {
  const rates = (make: (optimizer: optim.SGD) => optim.LRScheduler, steps: number) => {
    const optimizer = new optim.SGD([weight()], { lr: 1 });
    const schedule = make(optimizer);
    return Array.from({ length: steps }, () => {
      const { lr } = optimizer.paramGroups[0]!;
      schedule.step();
      return lr;
    });
  };

  test("StepLR", () => {
    expect(rates((o) => new optim.StepLR(o, 2, { gamma: 0.5 }), 5)).toEqual([1, 1, 0.5, 0.5, 0.25]);
  });

  test("CosineAnnealingLR", () => {
    const found = rates((o) => new optim.CosineAnnealingLR(o, 4, { etaMin: 0.5 }), 5);
    for (const [at, rate] of [1, 0.5 + (2 + Math.SQRT2) / 8, 0.75, 0.5 + (2 - Math.SQRT2) / 8, 0.5].entries()) {
      expect(found[at]).toBeCloseTo(rate, 12);
    }
  });

  test("LambdaLR", () => {
    expect(rates((o) => new optim.LambdaLR(o, (step) => 1 / (step + 1)), 3)).toEqual([1, 1 / 2, 1 / 3]);
  });

  test("LinearWarmup, and a schedule after it", () => {
    const make = (o: optim.SGD) =>
      new optim.LinearWarmup(o, 2, { startFactor: 0.5, after: new optim.StepLR(o, 1, { gamma: 0.5 }) });
    expect(rates(make, 5)).toEqual([0.5, 0.75, 1, 0.5, 0.25]);
  });

  test("continue from their state, from the same initial rates", () => {
    const optimizer = new optim.SGD([weight()], { lr: 1 });
    const first = new optim.StepLR(optimizer, 1, { gamma: 0.5 });
    first.step();
    first.step();
    const second = new optim.StepLR(optimizer, 1, { gamma: 0.5 });
    expect(second.getLastLr()).toEqual([1]);
    second.loadStateDict(first.stateDict());
    expect(second.getLastLr()).toEqual([0.25]);
  });
});
