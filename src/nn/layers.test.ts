import { beforeAll, describe, expect, test } from "vitest";
import { ReferenceDevice } from "../devices/reference/device.ts";
import { manualSeed, ones, rand, setDevice, type Tensor, tensor, zeros } from "../tensor/index.ts";
import * as nn from "./index.ts";

beforeAll(() => setDevice(new ReferenceDevice()));

const picture = [2, 4, 6, 6];

test.each<[layer: nn.Layer, output: number[], printed: string]>([
  [
    new nn.Conv2d(4, 8, 3, { stride: 2, padding: 1 }),
    [2, 8, 3, 3],
    "Conv2d(4, 8, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1))",
  ],
  [
    new nn.Conv2d(4, 8, 3, { padding: "same", groups: 2 }),
    [2, 8, 6, 6],
    "Conv2d(4, 8, kernel_size=(3, 3), stride=(1, 1), padding=same, groups=2)",
  ],
  [
    new nn.ConvTranspose2d(4, 6, 3, { stride: 2, padding: 1, outputPadding: 1 }),
    [2, 6, 12, 12],
    "ConvTranspose2d(4, 6, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), output_padding=(1, 1))",
  ],
  [new nn.Linear(6, 5), [2, 4, 6, 5], "Linear(in_features=6, out_features=5, bias=True)"],
  [new nn.MaxPool2d(2), [2, 4, 3, 3], "MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)"],
  [new nn.AvgPool2d(4, { stride: 2 }), [2, 4, 2, 2], "AvgPool2d(kernel_size=4, stride=2, padding=0)"],
  [new nn.AdaptiveAvgPool2d([1, null]), [2, 4, 1, 6], "AdaptiveAvgPool2d(output_size=(1, None))"],
  [new nn.Upsample({ scaleFactor: 2, mode: "bilinear" }), [2, 4, 12, 12], "Upsample(scale_factor=2, mode=bilinear)"],
  [new nn.PixelShuffle(2), [2, 1, 12, 12], "PixelShuffle(upscale_factor=2)"],
  [new nn.PixelUnshuffle(3), [2, 36, 2, 2], "PixelUnshuffle(downscale_factor=3)"],
  [new nn.ZeroPad2d(1), [2, 4, 8, 8], "ZeroPad2d((1, 1, 1, 1))"],
  [new nn.ConstantPad2d([1, 0, 0, 2], 3), [2, 4, 8, 7], "ConstantPad2d(padding=(1, 0, 0, 2), value=3)"],
  [new nn.ReflectionPad2d([1, 2, 3, 4]), [2, 4, 13, 9], "ReflectionPad2d((1, 2, 3, 4))"],
  [new nn.ReplicationPad2d(2), [2, 4, 10, 10], "ReplicationPad2d((2, 2, 2, 2))"],
  [new nn.Flatten(), [2, 144], "Flatten(start_dim=1, end_dim=-1)"],
])("%s", (layer, output, printed) => {
  expect(layer.forward(zeros(picture)).shape).toEqual(output);
  expect(layer.toString()).toBe(printed);
});

test.each<[layer: nn.Layer, expected: number[], printed: string]>([
  [new nn.Identity(), [-2, 0, 4], "Identity()"],
  [new nn.ReLU(), [0, 0, 4], "ReLU()"],
  [new nn.ReLU6(), [0, 0, 4], "ReLU6()"],
  [new nn.LeakyReLU({ negativeSlope: 0.25 }), [-0.5, 0, 4], "LeakyReLU(negative_slope=0.25)"],
  [new nn.PReLU(), [-0.5, 0, 4], "PReLU(num_parameters=1)"],
  [new nn.ELU({ alpha: 2 }), [2 * Math.expm1(-2), 0, 4], "ELU(alpha=2)"],
  [new nn.GELU({ approximate: "tanh" }), [-0.04540229, 0, 3.99993], "GELU(approximate=tanh)"],
  [new nn.SiLU(), [-0.23840584, 0, 3.928055], "SiLU()"],
  [new nn.Hardswish(), [-1 / 3, 0, 4], "Hardswish()"],
  [new nn.Hardsigmoid(), [1 / 6, 0.5, 1], "Hardsigmoid()"],
  [
    new nn.Softplus({ beta: 2 }),
    [Math.log1p(Math.exp(-4)) / 2, Math.LN2 / 2, 4.00016768],
    "Softplus(beta=2, threshold=20)",
  ],
  [new nn.Tanh(), [Math.tanh(-2), 0, Math.tanh(4)], "Tanh()"],
  [new nn.Sigmoid(), [0.11920292, 0.5, 0.98201379], "Sigmoid()"],
  [new nn.Softmax(0), [0.00242826, 0.01794253, 0.97962921], "Softmax(dim=0)"],
  [new nn.LogSoftmax(-1), [-6.02058, -4.02058, -0.02058], "LogSoftmax(dim=-1)"],
])("%s on -2, 0 and 4", async (layer, expected, printed) => {
  const output = [...(await layer.forward(tensor([-2, 0, 4])).data())];
  for (const [index, value] of output.entries()) expect(value).toBeCloseTo(expected[index]!, 5);
  expect(layer.toString()).toBe(printed);
});

test.each<
  [loss: nn.Module & { forward(x: Tensor, target: Tensor): Tensor }, input: Tensor, target: Tensor, expected: number]
>([
  [new nn.MSELoss(), tensor([1, 2]), tensor([1, 4]), 2],
  [new nn.MSELoss({ reduction: "sum" }), tensor([1, 2]), tensor([1, 4]), 4],
  [new nn.L1Loss(), tensor([1, 2]), tensor([1, 4]), 1],
  [new nn.SmoothL1Loss({ beta: 4 }), tensor([1, 2]), tensor([1, 4]), 0.25],
  [new nn.CrossEntropyLoss(), tensor([[0, 0]]), tensor(new Int32Array([1])), Math.LN2],
  [
    new nn.CrossEntropyLoss({ labelSmoothing: 0.5 }),
    tensor([[0, 2]]),
    tensor(new Int32Array([0])),
    Math.log1p(Math.exp(2)) - 0.5,
  ],
  [new nn.NLLLoss(), tensor([[-1, -2]]), tensor(new Int32Array([1])), 2],
  [new nn.BCEWithLogitsLoss(), tensor([0]), tensor([1]), Math.LN2],
])("%s", async (loss, input, target, expected) => {
  expect(await loss.forward(input, target).item()).toBeCloseTo(expected, 6);
});

describe("BatchNorm2d", () => {
  test("averages all batches alike where momentum is null", async () => {
    const norm = new nn.BatchNorm2d(1, { momentum: null });
    for (const value of [1, 2, 6]) norm.forward(tensor([value - 1, value + 1], [2, 1, 1, 1]));
    expect(await norm.running_mean!.item()).toBeCloseTo(3, 6);
    expect(await norm.running_var!.item()).toBeCloseTo(2, 6);
    expect(await norm.num_batches_tracked!.item()).toBe(3);
  });

  test("without running statistics or weights holds nothing and uses the batch's own", async () => {
    const norm = new nn.BatchNorm2d(1, { affine: false, trackRunningStats: false }).eval();
    expect(norm.stateDict().size).toBe(0);
    const output = await norm.forward(tensor([1, 3], [2, 1, 1, 1])).data();
    expect(output[0]).toBeCloseTo(-1, 4);
    expect(output[1]).toBeCloseTo(1, 4);
  });
});

describe("dropout", () => {
  test("keeps the mean, follows the seed, and does nothing in evaluation", async () => {
    manualSeed(11);
    const dropout = new nn.Dropout(0.25);
    const first = await dropout.forward(ones([4000])).data();
    expect([...first].reduce((a, b) => a + b, 0) / 4000).toBeCloseTo(1, 1);
    expect(new Set(first)).toEqual(new Set([0, Math.fround(4 / 3)]));
    expect(await dropout.forward(ones([4000])).data()).not.toEqual(first);
    manualSeed(11);
    expect(await dropout.forward(ones([4000])).data()).toEqual(first);
    const x = rand([3]);
    expect(dropout.eval().forward(x)).toBe(x);
  });

  test("Dropout2d drops whole channels", async () => {
    manualSeed(2);
    const output = await new nn.Dropout2d(0.5).forward(ones([4, 8, 2, 2])).data();
    const channels = Array.from({ length: 32 }, (_, at) => new Set(output.slice(4 * at, 4 * at + 4)));
    expect(channels.every((each) => each.size === 1)).toBe(true);
    expect(new Set(output)).toEqual(new Set([0, 2]));
  });
});

test.each([
  [() => new nn.Conv2d(0, 1, 3), /Conv2d: inChannels needs a whole number from 1, got 0/],
  [() => new nn.Conv2d(4, 6, 3, { groups: 3 }), /Conv2d: groups needs to divide/],
  [() => new nn.Linear(2.5, 1), /Linear: inFeatures/],
  [() => new nn.BatchNorm2d(0), /BatchNorm2d: numFeatures/],
  [() => new nn.Dropout(1.5), /Dropout: needs a probability/],
  [() => new nn.ModuleList([]).forward(), /ModuleList: has no forward/],
])("a wrong argument is refused: %s", (make, message) => {
  expect(make).toThrow(message);
});
