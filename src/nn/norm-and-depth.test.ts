import { beforeAll, expect, test } from "vitest";
import { ReferenceDevice } from "../devices/reference/device.ts";
import { manualSeed, ones, setDevice, tensor, zeros } from "../tensor/index.ts";
import * as nn from "./index.ts";

beforeAll(() => setDevice(new ReferenceDevice()));

test("LayerNorm normalises the last dimensions, LayerNorm2d the channels of each pixel", async () => {
  const rows = await new nn.LayerNorm(2, { eps: 0 }).forward(tensor([1, 3, 10, 30], [2, 2])).data();
  for (const [at, value] of [-1, 1, -1, 1].entries()) expect(rows[at]).toBeCloseTo(value, 5);
  const norm = new nn.LayerNorm2d(2, { eps: 0 });
  norm.loadStateDict({ weight: tensor([2, 3]), bias: tensor([0, 1]) });
  const pixels = await norm.forward(tensor([1, 3, 10, 30], [1, 2, 1, 2])).data();
  for (const [at, value] of [-2, -2, 4, 4].entries()) expect(pixels[at]).toBeCloseTo(value, 5);
});

test("how they print, and what they refuse", () => {
  expect(`${new nn.LayerNorm([3, 4])}`).toBe("LayerNorm((3, 4), eps=1e-05, elementwise_affine=True)");
  expect(`${new nn.LayerNorm2d(8, { eps: 1e-6 })}`).toBe("LayerNorm2d((8,), eps=1e-06, elementwise_affine=True)");
  expect(`${new nn.StochasticDepth(0.2)}`).toBe("StochasticDepth(p=0.2, mode=row)");
  expect(new nn.LayerNorm(4, { elementwiseAffine: false }).stateDict().size).toBe(0);
  expect(() => new nn.LayerNorm(0)).toThrow("LayerNorm: normalizedShape needs whole numbers from 1, got [0]");
  expect(() => new nn.StochasticDepth(2)).toThrow("StochasticDepth: needs a probability p from 0 to 1, got 2");
  expect(() => new nn.ChannelShuffle(2).forward(zeros([1, 3, 1, 1]))).toThrow(
    "ChannelShuffle: needs [N, C, H, W] with C divisible by 2, got input [1, 3, 1, 1]",
  );
});

test("stochastic depth drops samples in training, scales the others, and lets all through in evaluation", async () => {
  manualSeed(3);
  const layer = new nn.StochasticDepth(0.5);
  const output = await layer.forward(ones([64, 2, 1, 1])).data();
  const samples = Array.from({ length: 64 }, (_, at) => [output[2 * at], output[2 * at + 1]]);
  expect(samples.every(([a, b]) => a === b)).toBe(true);
  expect(new Set(output)).toEqual(new Set([0, 2]));
  const batch = await new nn.StochasticDepth(0.5, "batch").forward(ones([8, 1, 1, 1])).data();
  expect(new Set(batch).size).toBe(1);
  const x = ones([2, 1, 1, 1]);
  expect(layer.eval().forward(x)).toBe(x);
});

test("Sequential takes its layers' names from a record", () => {
  const net = new nn.Sequential({ conv0: new nn.Conv2d(1, 2, 3), "relu-0": new nn.ReLU() });
  expect([...net.stateDict().keys()]).toEqual(["conv0.weight", "conv0.bias"]);
  expect(net.forward(zeros([1, 1, 5, 5])).shape).toEqual([1, 2, 3, 3]);
  expect(net.at(1)).toBeInstanceOf(nn.ReLU);
  expect(() => new nn.Sequential({ forward: new nn.ReLU() })).toThrow("no layer can be called forward");
});
