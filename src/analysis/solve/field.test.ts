import { expect, test } from "vitest";
import { createModel } from "../../models/index.ts";
import * as nn from "../../nn/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { receptiveFieldStep, solveField, summarize } from "../index.ts";

/** The networks that answers speak of, made by hand. */
function chain({ kernels = [3, 3], dilations = [1, 1], strides = [1, 1], more = 0, depthwise = 0 }) {
  const same = (kernel: number, dilation: number) => ({ padding: (dilation * (kernel - 1)) / 2, dilation });
  const [k1, k2] = kernels as [number, number];
  const [d1, d2] = dilations as [number, number];
  const [s1, s2] = strides as [number, number];
  return new nn.Sequential(
    new nn.Conv2d(3, 8, k1, { ...same(k1, d1), stride: s1 }),
    new nn.ReLU(),
    new nn.Conv2d(8, 6, k2, { ...same(k2, d2), stride: s2 }),
    ...Array.from({ length: more }, () => new nn.Conv2d(6, 6, 3, { padding: 1 })),
    ...(depthwise ? [new nn.Conv2d(6, 6, depthwise, { padding: (depthwise - 1) / 2, groups: 6 })] : []),
  );
}

const shape = [1, 3, 32, 32];
const fieldOf = (network: nn.Layer) => summarize(network, shape).layers.at(-1)!.receptiveField!.height.size;

test("each change of a chain, made by hand, sees as much and costs as much", () => {
  const want = 11;
  const base = chain({});
  const { totals } = summarize(base, shape);
  const { field, answers, layer } = solveField(base, shape, want);
  expect([field, layer]).toEqual([5, "2"]);
  const byHand: Record<string, nn.Layer> = {
    "0: dilation 1 → 4, padding + 3": chain({ dilations: [4, 1] }),
    "2: dilation 1 → 4, padding + 3": chain({ dilations: [1, 4] }),
    "0: kernel 3 → 9, padding + 3": chain({ kernels: [9, 3] }),
    "2: kernel 3 → 9, padding + 3": chain({ kernels: [3, 9] }),
    "2: 3 more Conv2d 6→6, 3×3 behind it": chain({ more: 3 }),
    "2: 1 more depthwise Conv2d 6, 7×7 behind it": chain({ depthwise: 7 }),
  };
  for (const [change, network] of Object.entries(byHand)) {
    const answer = answers.find((each) => `${each.layer}: ${each.change}` === change);
    const made = summarize(network, shape).totals;
    expect({ change, ...answer }).toMatchObject({
      ...{ change: answer?.change, field: fieldOf(network), coarser: false, outputShape: [1, 6, 32, 32] },
      parametersAdded: made.parameters - totals.parameters,
      flopsAdded: made.flops - totals.flops,
    });
  }
  expect(answers[0]).toMatchObject({ flopsAdded: 0, parametersAdded: 0, field: 11 });
  for (const each of answers) expect(each.field).toBeGreaterThanOrEqual(want);
});

test("the network is left as it was", () => {
  const network = chain({ strides: [1, 2] });
  const before = JSON.stringify(summarize(network, shape));
  expect(solveField(network, shape, 7).answers.some(({ coarser }) => coarser)).toBe(true);
  expect(JSON.stringify(summarize(network, shape))).toBe(before);
});

test("a stride that moves forward is the network made by hand", () => {
  const { answers } = solveField(chain({ strides: [1, 2] }), shape, 7);
  const moved = answers.find(({ change }) => change === "stride 1 → 2, taken from 2")!;
  const network = chain({ strides: [2, 1] });
  expect(moved).toMatchObject({ layer: "0", coarser: true, outputShape: [1, 6, 16, 16], field: fieldOf(network) });
  const flops = summarize(network, shape).totals.flops - summarize(chain({ strides: [1, 2] }), shape).totals.flops;
  expect(moved.flopsAdded).toBe(flops);
});

/** Two branches: the shorter one has to grow by more than what is missing. */
class Branches extends nn.Module {
  long = new nn.Conv2d(1, 2, 9, { padding: 4 });
  short = new nn.Conv2d(1, 2, 3, { padding: 1 });
  forward(x: Tensor): Tensor {
    return this.long.forward(x).add(this.short.forward(x));
  }
}

test("of branches the widest counts", () => {
  const { field, answers } = solveField(new Branches(), [1, 1, 40, 40], 13);
  expect(field).toBe(9);
  expect(answers.find(({ layer, change }) => layer === "short" && change.startsWith("kernel"))?.change).toBe(
    "kernel 3 → 13, padding + 5",
  );
  expect(answers.find(({ layer, change }) => layer === "long" && change.startsWith("kernel"))?.change).toBe(
    "kernel 9 → 13, padding + 2",
  );
});

test("a chain grows as the formula says", () => {
  const { network } = createModel("vgg11");
  const { field, answers } = solveField(network, [1, 3, 64, 64], 60, { layer: "features.6" });
  let state = { size: 1, stride: 1 };
  for (const [kernel, stride] of [
    [3, 1],
    [2, 2],
    [3, 1],
    [2, 2],
    [3, 1],
  ] as const)
    state = receptiveFieldStep(state, kernel, { stride }).next;
  expect(field).toBe(state.size);
  // (60 − 18) / (2 · 4) rounded up: dilation 1 + 6.
  expect(answers.find(({ layer, change }) => layer === "features.6" && change.startsWith("dilation"))).toMatchObject({
    ...{ change: "dilation 1 → 7, padding + 6", field: 18 + 6 * 8 },
  });
});

test("poolings cost comparisons, and a residual network is left whole", () => {
  const { network } = createModel("resnet18");
  const { answers } = solveField(network, [1, 3, 64, 64], 60, { layer: "layer1" });
  expect(
    answers.find(({ layer, change }) => layer === "maxpool" && change.startsWith("kernel"))!.otherAdded,
  ).toBeGreaterThan(0);
  for (const { outputShape } of answers) expect(outputShape).toEqual([1, 1000]);
});

test("what is reached already, and what can't be asked", () => {
  expect(solveField(chain({}), shape, 5)).toMatchObject({ field: 5, answers: [] });
  const { network } = createModel("resnet18");
  expect(() => solveField(network, [1, 3, 64, 64], 100, { layer: "layr1" })).toThrow(
    "there is no layer layr1. Close are layer1",
  );
  expect(() => solveField(network, [1, 3, 64, 64], 100, { layer: "fc" })).toThrow("fc: sees the whole input already");
  expect(() => solveField(network, [1, 3, 64, 64], 0)).toThrow("got want 0. The nearest is 1");
});
