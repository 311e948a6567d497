import { expect, test } from "vitest";
import type { Shape } from "../../core/shape.ts";
import { createModel } from "../../models/index.ts";
import * as nn from "../../nn/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { type Network, summarize } from "../index.ts";
import type { ConventionName } from "./convention.ts";
import { conventions } from "./index.ts";

/** A network of one function, which hooks on modules don't see. */
class Functional extends nn.Module {
  readonly #step: (x: Tensor) => Tensor;
  constructor(step: (x: Tensor) => Tensor) {
    super();
    this.#step = step;
  }
  forward(x: Tensor): Tensor {
    return this.#step(x);
  }
}

type Figures = Readonly<Partial<Record<ConventionName, number>>>;

/** What each tool prints: its FLOPs where it prints both. Those that are left out print 0. */
const cases: readonly (readonly [what: string, net: Network, input: Shape, figures: Figures])[] = [
  ["ReLU", new nn.ReLU(), [2, 3, 4, 4], { ptflops: 192, calflops: 96, "onnx-tool": 96 }],
  ["relu()", new Functional((x) => x.relu()), [2, 3, 4, 4], { ptflops: 96, calflops: 96, "onnx-tool": 96 }],
  ["ReLU6, hardtanh in PyTorch", new nn.ReLU6(), [1, 3, 4, 4], { ptflops: 48, "onnx-tool": 96 }],
  ["LeakyReLU", new nn.LeakyReLU(), [1, 3, 4, 4], { ptflops: 48, thop: 48, calflops: 48, "onnx-tool": 96 }],
  ["PReLU", new nn.PReLU(), [1, 3, 4, 4], { ptflops: 96, "thop-head": 48, calflops: 48, "onnx-tool": 96 }],
  ["GELU", new nn.GELU(), [1, 3, 4, 4], { ptflops: 96, calflops: 48, "onnx-tool": 4 * 48 }],
  ["SiLU", new nn.SiLU(), [1, 3, 4, 4], { ptflops: 48, calflops: 48, "onnx-tool": 33 * 48 }],
  ["Sigmoid", new nn.Sigmoid(), [1, 3, 4, 4], { "onnx-tool": 32 * 48 }],
  ["Tanh", new nn.Tanh(), [1, 3, 4, 4], { "onnx-tool": 76 * 48 }],
  ["Hardswish", new nn.Hardswish(), [1, 3, 4, 4], { "onnx-tool": 5 * 48 }],
  ["Softmax", new nn.Softmax(1), [2, 5], { ptflops: 10, "thop-head": 2 * 14, calflops: 10, "onnx-tool": 360 }],
  [
    "BatchNorm2d",
    new nn.BatchNorm2d(3),
    [1, 3, 4, 4],
    { fvcore: 96, ptflops: 96, thop: 192, "thop-head": 192, calflops: 96, "onnx-tool": 31 * 48 },
  ],
  [
    "BatchNorm2d without weights",
    new nn.BatchNorm2d(3, { affine: false }),
    [1, 3, 4, 4],
    { fvcore: 48, ptflops: 48, thop: 192, "thop-head": 96, calflops: 48, "onnx-tool": 31 * 48 },
  ],
  [
    "MaxPool2d",
    new nn.MaxPool2d(3, { stride: 2 }),
    [1, 2, 9, 9],
    { ptflops: 324, calflops: 162, "onnx-tool": 9 * 32, google: 9 * 32 },
  ],
  [
    "AvgPool2d",
    new nn.AvgPool2d(2),
    [1, 2, 8, 8],
    { ptflops: 256, thop: 3 * 32, "thop-head": 32, calflops: 128, "onnx-tool": 4 * 32, google: 4 * 32 },
  ],
  [
    "AdaptiveAvgPool2d",
    new nn.AdaptiveAvgPool2d(2),
    [1, 3, 8, 8],
    {
      ...{ fvcore: 192, ptflops: 384, thop: 17 * 12, "thop-head": 192 + 12 },
      ...{ calflops: 192, "onnx-tool": 192 + 48, google: 192 },
    },
  ],
  [
    "Upsample by a factor",
    new nn.Upsample({ scaleFactor: 2, mode: "bilinear" }),
    [1, 3, 4, 4],
    { fvcore: 4 * 192, ptflops: 192 + 96, thop: 11 * 192, "thop-head": 11 * 192, calflops: 48, "onnx-tool": 4 * 192 },
  ],
  [
    "Upsample to a size",
    new nn.Upsample({ size: 8 }),
    [1, 3, 4, 4],
    { fvcore: 192, ptflops: 192 + 64, "thop-head": 192, calflops: 64 },
  ],
];

const names = (Object.keys(conventions) as ConventionName[]).filter((name) => name !== "exact");

test.each(cases)("%s", (_what, net, input, figures) => {
  const counted = names.map((convention) => {
    const { totals } = summarize(net, input, { convention });
    return [convention, totals[conventions[convention].prints.at(-1)!]] as const;
  });
  expect(Object.fromEntries(counted.filter(([, total]) => total !== 0))).toEqual(figures);
});

test.each(names)("%s: figures that it does not print", (convention) => {
  const { prints, name } = conventions[convention];
  const net = new nn.Sequential(new nn.Conv2d(3, 4, 3), new nn.BatchNorm2d(4));
  const { macs, flops } = summarize(net, [1, 3, 8, 8], { convention }).totals;
  expect(name).toBe(convention);
  if (!prints.includes("flops")) expect(flops).toBe(2 * macs);
  if (!prints.includes("macs")) expect(macs).toBe(27 * 4 * 36);
});

test("the functions that hooks don't see", () => {
  const convolve = new Functional((x) => nn.functional.conv2d(x, x.slice(0, 0, 1), null));
  const totals = (convention: ConventionName) => summarize(convolve, [1, 3, 3, 3], { convention }).totals.macs;
  expect([totals("torchvision"), totals("ptflops-aten")]).toEqual([27, 27]);
  expect([totals("ptflops"), totals("thop"), totals("thop-head")]).toEqual([0, 0, 0]);
});

test.each(names)("%s counts nothing below 0, and moves of elements as nothing", (convention) => {
  const { layers } = summarize(createModel("convnext_tiny").network, [1, 3, 64, 64], { convention, rows: "ops" });
  for (const { ops, macs, flops } of layers) {
    expect(Math.min(macs, flops)).toBeGreaterThanOrEqual(0);
    if (ops.includes("reshape") || ops.includes("flatten")) expect([macs, flops]).toEqual([0, 0]);
  }
});
