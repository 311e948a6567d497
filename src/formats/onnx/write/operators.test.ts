import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import "../../../index.ts";
import * as nn from "../../../nn/index.ts";
import * as ops from "../../../ops/index.ts";
import { cat, manualSeed, noGrad, stack, Tensor, tensor } from "../../../tensor/index.ts";
import {
  checkerComplaints,
  checkerMissing,
  difference,
  readAndRun,
  runElsewhere,
  runtimeMissing,
  wave,
} from "../../../testing/onnx-tools.ts";
import { exportOnnx } from "../../export-onnx.ts";
import { parseOnnx } from "../parse.ts";

const { functional: F } = nn;

/** Layers that are made once, and a way through them. */
class Net extends nn.Module {
  readonly layers: nn.ModuleList;
  readonly #way: (x: Tensor, ...layers: nn.Layer[]) => Tensor;

  constructor(way: (x: Tensor, ...layers: nn.Layer[]) => Tensor, layers: readonly nn.Layer[]) {
    super();
    this.#way = way;
    this.layers = new nn.ModuleList(layers);
  }

  forward(x: Tensor): Tensor {
    return this.#way(x, ...(this.layers.children() as nn.Layer[]));
  }
}

interface Case {
  readonly name: string;
  readonly way: (x: Tensor, ...layers: nn.Layer[]) => Tensor;
  readonly layers?: readonly nn.Layer[];
  /** [1, 4, 8, 8] unless given. */
  readonly shape?: readonly number[];
  /** Operators of the file but constants, at opset 17. */
  readonly operators: string;
  /** Axes that stay open: batch, height and width unless given. */
  readonly open?: string;
  /** Not in the list of operators that are read. */
  readonly unread?: true;
  /** How far onnxruntime may be off, as a part of the largest number. */
  readonly tolerance?: number;
}

const layer = (name: string, made: nn.Layer, operators: string, more: Partial<Case> = {}): Case => ({
  name,
  way: (x, ...layers) => layers.reduce((y, each) => each.forward(y), x),
  layers: [made],
  operators,
  ...more,
});
const way = (name: string, apply: Case["way"], operators: string, more: Partial<Case> = {}): Case => ({
  name,
  way: apply,
  operators,
  ...more,
});

const pairs = [
  [2, 3],
  [3, 2],
] as const;

const cases: readonly Case[] = [
  layer(
    "Conv2d of all options",
    new nn.Conv2d(4, 6, [3, 2], { stride: [2, 1], padding: [1, 2], dilation: [1, 2], groups: 2 }),
    "Conv",
  ),
  layer("Conv2d, padding same, no bias", new nn.Conv2d(4, 6, 4, { padding: "same", bias: false }), "Conv"),
  layer(
    "ConvTranspose2d",
    new nn.ConvTranspose2d(4, 6, 3, { stride: 2, padding: 1, outputPadding: 1, groups: 2 }),
    "ConvTranspose",
  ),
  layer("Linear", new nn.Linear(6, 3), "Gemm", { shape: [2, 6], open: "batch" }),
  layer("Linear without bias", new nn.Linear(6, 3, { bias: false }), "Gemm", { shape: [2, 6], open: "batch" }),
  layer("Linear on tokens", new nn.Linear(6, 3), "Transpose MatMul Add", { shape: [2, 5, 6], open: "batch" }),
  layer("BatchNorm2d", new nn.BatchNorm2d(4, { eps: 1e-3 }), "BatchNormalization"),
  layer("BatchNorm2d without weights", new nn.BatchNorm2d(4, { affine: false }), "BatchNormalization"),
  layer(
    "BatchNorm2d by the batch",
    new nn.BatchNorm2d(4, { trackRunningStats: false }),
    "ReduceMean Sub Unsqueeze Pow ReduceMean Add Sqrt Div Mul Unsqueeze Add",
    { tolerance: 1e-5 },
  ),
  layer("LayerNorm", new nn.LayerNorm([8]), "LayerNormalization", { open: "batch height" }),
  layer("LayerNorm without weights", new nn.LayerNorm([4, 8, 8], { elementwiseAffine: false }), "LayerNormalization", {
    open: "batch",
  }),
  layer("LayerNorm2d", new nn.LayerNorm2d(4), "Transpose LayerNormalization Transpose"),
  layer("MaxPool2d", new nn.MaxPool2d(3, { stride: 2, padding: 1 }), "MaxPool"),
  layer(
    "MaxPool2d, ceil mode and dilation",
    new nn.MaxPool2d([2, 3], { stride: 2, dilation: 2, ceilMode: true }),
    "MaxPool",
  ),
  layer("MaxPool2d of one picture", new nn.MaxPool2d(2), "Unsqueeze MaxPool Squeeze", {
    shape: [4, 8, 8],
    open: "batch length",
  }),
  layer("AvgPool2d", new nn.AvgPool2d(3, { stride: 2, padding: 1 }), "AveragePool"),
  layer(
    "AvgPool2d without its padding",
    new nn.AvgPool2d(3, { stride: 2, padding: 1, countIncludePad: false, ceilMode: true }),
    "AveragePool",
  ),
  layer("AvgPool2d, ceil mode", new nn.AvgPool2d(3, { stride: 2, ceilMode: true }), "AveragePool"),
  layer("AvgPool2d by a number", new nn.AvgPool2d(2, { divisorOverride: 3 }), "AveragePool Mul"),
  layer("AdaptiveAvgPool2d to 1", new nn.AdaptiveAvgPool2d(1), "GlobalAveragePool"),
  layer("AdaptiveAvgPool2d to a part", new nn.AdaptiveAvgPool2d([4, 2]), "AveragePool", { open: "batch" }),
  layer("AdaptiveAvgPool2d to any size", new nn.AdaptiveAvgPool2d([3, 5]), "Transpose MatMul MatMul", {
    open: "batch",
  }),
  layer("ReLU", new nn.ReLU(), "Relu"),
  layer("ReLU6", new nn.ReLU6(), "Clip"),
  layer("LeakyReLU", new nn.LeakyReLU({ negativeSlope: 0.2 }), "LeakyRelu"),
  layer("PReLU", new nn.PReLU(), "PRelu"),
  layer("PReLU by channel", new nn.PReLU({ numParameters: 4 }), "Unsqueeze PRelu"),
  layer("ELU", new nn.ELU({ alpha: 0.5 }), "Elu"),
  layer("SiLU", new nn.SiLU(), "Sigmoid Mul"),
  layer("GELU", new nn.GELU(), "Div Erf Add Mul Mul"),
  layer("GELU by tanh", new nn.GELU({ approximate: "tanh" }), "Mul Mul Mul Add Mul Tanh Add Mul Mul"),
  layer("Hardswish", new nn.Hardswish(), "HardSwish"),
  layer("Hardsigmoid", new nn.Hardsigmoid(), "HardSigmoid"),
  layer("Softplus", new nn.Softplus(), "Softplus"),
  layer("Softplus, bent", new nn.Softplus({ beta: 2, threshold: 1 }), "Mul Softplus Div Less Where"),
  layer("Softmax", new nn.Softmax(1), "Softmax"),
  layer("LogSoftmax", new nn.LogSoftmax(1), "LogSoftmax"),
  layer("Dropout", new nn.Dropout(0.5), "Identity"),
  layer("PixelShuffle", new nn.PixelShuffle(2), "DepthToSpace"),
  layer("PixelShuffle of one picture", new nn.PixelShuffle(2), "Unsqueeze DepthToSpace Squeeze", {
    shape: [4, 8, 8],
    open: "length",
  }),
  layer("PixelUnshuffle", new nn.PixelUnshuffle(2), "SpaceToDepth Reshape Transpose Shape Reshape"),
  layer("PixelUnshuffle of one channel", new nn.PixelUnshuffle(2), "SpaceToDepth", { shape: [1, 1, 8, 8] }),
  layer("ChannelShuffle", new nn.ChannelShuffle(2), "Reshape Transpose Shape Reshape"),
  layer("Upsample, nearest", new nn.Upsample({ scaleFactor: 2 }), "Resize"),
  layer("Upsample, nearest, by a fraction", new nn.Upsample({ scaleFactor: 1.5 }), "Resize"),
  layer("Upsample, bilinear", new nn.Upsample({ scaleFactor: 3, mode: "bilinear" }), "Resize", { tolerance: 1e-5 }),
  layer("Upsample, bilinear, by a fraction", new nn.Upsample({ scaleFactor: 1.3, mode: "bilinear" }), "Resize", {
    tolerance: 1e-5,
  }),
  layer(
    "Upsample, bilinear, corners",
    new nn.Upsample({ scaleFactor: 2, mode: "bilinear", alignCorners: true }),
    "Resize",
    { tolerance: 1e-5 },
  ),
  layer("Upsample, bicubic", new nn.Upsample({ scaleFactor: 2, mode: "bicubic" }), "Resize", { tolerance: 1e-5 }),
  layer(
    "Upsample, bicubic, corners",
    new nn.Upsample({ scaleFactor: 3, mode: "bicubic", alignCorners: true }),
    "Resize",
    { tolerance: 1e-5 },
  ),
  layer("Upsample to a size", new nn.Upsample({ size: [11, 13], mode: "bilinear" }), "Shape Concat Resize", {
    tolerance: 1e-5,
  }),
  way(
    "interpolate to the size of another",
    (x) => cat([x, F.interpolate(F.maxPool2d(x, 3), { size: [x.shape[2]!, x.shape[3]!], mode: "bilinear" })], 1),
    "MaxPool Shape Resize Concat",
    { tolerance: 1e-5 },
  ),
  way("interpolate to twice the size", (x) => F.interpolate(x, { size: [2 * x.shape[2]!, 2 * x.shape[3]!] }), "Resize"),
  layer("ReflectionPad2d", new nn.ReflectionPad2d([1, 2, 3, 0]), "Pad"),
  layer("ReplicationPad2d", new nn.ReplicationPad2d([1, 2, 3, 0]), "Pad"),
  layer("ConstantPad2d", new nn.ConstantPad2d([1, 2, -1, 0], 0.5), "Pad"),
  layer("ZeroPad2d", new nn.ZeroPad2d(1), "Pad"),
  layer("Flatten", new nn.Flatten(), "Flatten", { open: "batch height width" }),
  layer("Flatten from 2", new nn.Flatten(2), "Reshape"),
  way("arithmetic", (x) => x.add(1).mul(2).sub(x).div(x.abs().add(0.5)).neg(), "Add Mul Sub Abs Add Div Neg"),
  way("functions", (x) => x.exp().add(1).log().sqrt().floor().sign(), "Exp Add Log Sqrt Floor Sign"),
  way(
    "powers",
    (x) => x.pow(2).add(x.abs().add(1).pow(0.5)).add(x.abs().add(1).pow(-1)).add(x.abs().add(1).pow(x)),
    "Pow Abs Add Sqrt Add Abs Add Reciprocal Add Abs Add Pow Add",
  ),
  way(
    "comparisons",
    (x) =>
      x
        .gt(0.1)
        .where(x, x.le(-0.5).where(0, 1))
        .add(x.ne(0))
        .add(x.eq(0).mul(x.lt(0.3))),
    "Less LessOrEqual Where Where Equal Not Cast Add Equal Cast Less Cast Mul Add",
  ),
  way(
    "extremes",
    (x) => x.clamp({ min: -0.5 }).clamp({ max: 0.4 }).maximum(x.neg()).minimum(0.3).clamp({ min: 0, max: 0.2 }),
    "Clip Clip Neg Max Min Clip",
  ),
  way(
    "reductions",
    (x) =>
      x
        .sum(1, true)
        .add(x.mean([2, 3], true))
        .add(x.amax(1, true)),
    "ReduceSum ReduceMean Add ReduceMax Add",
  ),
  way("reductions without the dimensions", (x) => x.abs().mean([2, 3]).sum(1), "Abs ReduceMean ReduceSum"),
  way(
    "variance and deviation",
    (x) => x.var(1).add(x.std(1, { unbiased: false })),
    "ReduceMean Sub Pow ReduceSum Mul ReduceMean Sub Pow ReduceSum Mul Sqrt Add",
    { tolerance: 1e-5 },
  ),
  way("argmax", (x) => x.argmax(1).to("float32"), "ArgMax Cast"),
  way("argmax of all", (x) => x.argmax().to("float32"), "Reshape ArgMax Cast"),
  way("erf", (x) => new Tensor(ops.erf(x.node)), "Erf"),
  way("cat and chunks", (x) => cat([x.narrow(1, 2, 2), x, x.slice(1, 0, 2)], 1), "Slice Slice Concat"),
  way("slices from the end", (x) => x.slice(2, -3).slice(3, 1, -1).slice(1, 0, 4, 2), "Slice Slice Slice"),
  way("stack", (x) => stack([x, x.neg()], 1).sum(2), "Neg Unsqueeze Unsqueeze Concat ReduceSum"),
  way("reshape that keeps the batch", (x) => x.reshape(x.shape[0]!, 2, -1), "Reshape"),
  way(
    "reshape by the input's sizes",
    (x) => x.reshape(x.shape[0]!, 2, 2, x.shape[2]!, x.shape[3]!).mean(2),
    "Shape Shape Concat Reshape ReduceMean",
  ),
  way("squeeze and unsqueeze", (x) => x.mean(1, true).squeeze(1).unsqueeze(-1), "ReduceMean Squeeze Unsqueeze"),
  way("permute", (x) => x.permute(0, 2, 3, 1).transpose(1, 2), "Transpose Transpose"),
  way("expand", (x) => x.mean(1, true).expand(-1, 3, -1, -1), "ReduceMean Expand"),
  way("expand by the input's sizes", (x) => x.mean([2, 3], true).expand(x.shape).sub(x), "ReduceMean Shape Expand Sub"),
  way("matmul", (x) => x.matmul(x.transpose(2, 3)), "Transpose MatMul", { shape: [1, 4, 8, 6] }),
  way("matmul of two matrices", (x) => x.matmul(tensor(pairs)), "MatMul", { shape: [3, 2], open: "batch" }),
  way(
    "padding of whole numbers",
    (x) => F.pad(x.argmax(1), [1, 0], "constant", 2).to("float32"),
    "ArgMax Cast Pad Cast",
  ),
  way("flip", (x) => new Tensor(ops.flip(x.node, [2, 3])), "Slice", { unread: true }),
  way("gather", (x) => x.gather(1, tensor(new Int32Array([3, 0]), [1, 2, 1, 1])), "GatherElements", { unread: true }),
  way(
    "scatterAdd",
    (x) =>
      x.scatterAdd(1, tensor(new Int32Array([3, 3]), [1, 2, 1, 1]), x.narrow(1, 0, 2).slice(2, 0, 1).slice(3, 0, 1)),
    "Slice Slice Slice Shape Concat Expand ScatterElements Add",
    { open: "height width", unread: true },
  ),
];

const grown = (shape: readonly number[], dimensions: readonly (number | string | null)[]) =>
  shape.map((size, axis) => (typeof dimensions[axis] === "string" ? size + 2 * axis + (axis === 0 ? 1 : 0) : size));

let folder = "";
const files: string[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convsmith-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(cases)(
  "$name",
  ({ way, layers = [], shape = [1, 4, 8, 8], operators, open, unread, tolerance = 2e-6 }) => {
    const network = new Net(way, layers).eval();

    it.each([17, 22])("opset %i", async (opset) => {
      manualSeed(3);
      const { bytes, inputs } = await exportOnnx(network, shape, { opset });
      const found = parseOnnx(bytes, "net.onnx").graph!.node.map(({ opType }) => opType);
      if (opset === 17) {
        const path = join(folder, `${files.length}.onnx`);
        await writeFile(path, bytes);
        files.push(path);
        expect(found.filter((type) => type !== "Constant").join(" ")).toBe(operators);
        const names = inputs[0]!.dimensions.filter((each) => typeof each === "string");
        expect(names.join(" ")).toBe(open ?? "batch height width");
      }
      for (const sizes of opset === 17 ? [shape, grown(shape, inputs[0]!.dimensions)] : [shape]) {
        const x = wave(sizes);
        const expected = await noGrad(() => network.forward(x)).data();
        if (!unread) expect(difference(await readAndRun(bytes, x), expected)).toBeLessThanOrEqual(1e-6);
        if (!runtimeMissing) expect(difference(await runElsewhere(bytes, x), expected)).toBeLessThanOrEqual(tolerance);
      }
    });
  },
);

it.skipIf(checkerMissing)(`every file passes ONNX's checker${checkerMissing}`, () => {
  expect(files.length).toBe(cases.length);
  expect(checkerComplaints(files)).toBe("");
});

it(`onnxruntime runs them${runtimeMissing}`, ({ skip }) => skip(runtimeMissing !== ""));
