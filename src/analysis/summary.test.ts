import { expect, test } from "vitest";
import { defaultGenerator, manualSeed, nn, Parameter, summarize, type Tensor } from "../index.ts";

class Espcn extends nn.Module {
  conv1 = new nn.Conv2d(1, 64, 5, { padding: 2 });
  conv2 = new nn.Conv2d(64, 32, 3, { padding: 1 });
  conv3 = new nn.Conv2d(32, 9, 3, { padding: 1 });
  shuffle = new nn.PixelShuffle(3);
  forward(x: Tensor): Tensor {
    const features = this.conv2.forward(this.conv1.forward(x).tanh()).tanh();
    return this.shuffle.forward(this.conv3.forward(features)).sigmoid();
  }
}

test("ESPCN x3 at 360x640, layer by layer", () => {
  const summary = summarize(new Espcn(), [1, 1, 360, 640]);
  const rows = summary.layers.map(({ path, outputShape, parameters, flops, receptiveField }) => [
    path,
    outputShape!.join("x"),
    parameters,
    flops,
    receptiveField!.height.size,
    receptiveField!.width.stride,
  ]);
  expect(rows).toEqual([
    ["conv1", "1x64x360x640", 1664, 737_280_000, 5, 1],
    ["conv2", "1x32x360x640", 18_464, 8_493_465_600, 7, 1],
    ["conv3", "1x9x360x640", 2601, 1_194_393_600, 9, 1],
    ["shuffle", "1x1x1080x1920", 0, 0, 9, 1 / 3],
    ["", "1x1x1080x1920", 0, 0, 9, 1 / 3],
  ]);
  // Along an axis, windows at the border have 2 + 1 taps of 5 outside at each end, and 1 of 3.
  const inside = (kernel: number, outside: number) => (kernel * 360 - outside) * (kernel * 640 - outside);
  const needed = 64 * inside(5, 6) + (32 * 64 + 9 * 32) * inside(3, 2);
  expect(summary.totals).toEqual({
    parameters: 22_729,
    trainable: 22_729,
    // 64 and 32 channels, each before and after its tanh; 9; the shuffled picture before and after its sigmoid.
    activationBytes: 4 * 360 * 640 * (2 * 64 + 2 * 32 + 9 + 9 + 9),
    multiplications: 5_212_569_600,
    additions: 5_188_377_600,
    biasAdditions: 24_192_000,
    macs: 5_212_569_600,
    effectiveMacs: needed,
    paddedMultiplications: 5_212_569_600 - needed,
    // Each output has one addition less than products, with and without the zeros.
    paddedAdditions: 5_212_569_600 - needed,
    flops: 10_425_139_200,
    other: { tanh: 22_118_400, sigmoid: 2_073_600 },
  });
});

test("four 5x5 convolutions: 66,107 parameters, field 17", () => {
  const relu = () => new nn.ReLU();
  const conv = (from: number, to: number) => new nn.Conv2d(from, to, 5);
  const net = new nn.Sequential(conv(1, 20), relu(), conv(20, 64), relu(), conv(64, 20), relu(), conv(20, 3));
  const { totals, layers } = summarize(net, [1, 1, 32, 32]);
  expect(totals.parameters).toBe(66_107);
  expect(layers.at(-1)).toMatchObject({ path: "6", outputShape: [1, 3, 16, 16] });
  expect(layers.at(-1)!.receptiveField!.height).toMatchObject({ whole: false, size: 17, start: 0, centre: 8 });
  expect(() => summarize(net, [1, 3, 32, 32])).toThrow(
    "0 (Conv2d 1→20, 5×5): needs 1 input channel, got 3 from input [1, 3, 32, 32]. Use new nn.Conv2d(3, 20, 5), or convert the picture to grey.",
  );
});

test("totals are the sums of the rows", () => {
  const net = new nn.Sequential(
    new nn.Conv2d(3, 8, 3, { stride: 2, padding: 1, bias: false }),
    new nn.BatchNorm2d(8),
    new nn.GELU(),
    new nn.ConvTranspose2d(8, 4, 4, { stride: 2, padding: 1 }),
    new nn.AvgPool2d(2),
    new nn.Flatten(),
    new nn.Linear(4 * 8 * 8, 10),
    new nn.LogSoftmax(1),
  );
  const { layers, totals } = summarize(net, [2, 3, 16, 16]);
  for (const key of ["parameters", "multiplications", "additions", "biasAdditions", "macs", "flops"] as const) {
    expect(
      layers.reduce((sum, row) => sum + row[key], 0),
      key,
    ).toBe(totals[key]);
  }
  expect(totals.flops).toBe(totals.multiplications + totals.additions + totals.biasAdditions);
  // Convolution 27, transposed 8 · 16 taps, linear 256: batch norm multiplies too, but sums no products.
  expect(totals.macs).toBe(2 * (8 * 64 * 27 + 8 * 4 * (8 * 4) ** 2 + 256 * 10));
  expect(totals.effectiveMacs).toBe(2 * (8 * 3 * (8 * 3 - 1) ** 2 + 8 * 4 * (8 * 4 - 2) ** 2 + 256 * 10));
});

test("nothing is computed, made or changed", () => {
  class Strict extends nn.Module {
    weight = new Parameter([1e9], () => {
      throw new Error("made");
    });
    drop = new nn.Dropout(0.5);
    norm = new nn.BatchNorm2d(1);
    forward(x: Tensor): Tensor {
      return this.norm.forward(this.drop.forward(x)).mul(this.weight.slice(0, 0, 1));
    }
  }
  manualSeed(4);
  const net = new Strict();
  net.norm.eval();
  const before = defaultGenerator().state();
  expect(summarize(net, [1, 1, 4, 4]).totals.parameters).toBe(1e9 + 2);
  expect(defaultGenerator().state()).toEqual(before);
  expect([net.training, net.drop.training, net.norm.training]).toEqual([true, true, false]);
  expect(net.norm.running_mean!.cell.pending.size).toBe(0);
});

test("shared layers: a row for each call, parameters once; modules that are not called", () => {
  class Shared extends nn.Module {
    a = new nn.Conv2d(2, 2, 3, { padding: 1 });
    b = this.a;
    spare = new nn.Linear(3, 4);
    forward(x: Tensor): Tensor {
      return this.a.forward(this.b.forward(x).relu());
    }
  }
  const { layers, totals } = summarize(new Shared(), [1, 2, 8, 8]);
  expect(layers.map(({ path, parameters, ops }) => [path, parameters, ops.join()])).toEqual([
    ["a", 38, "conv2d"],
    ["", 0, "relu"],
    ["a", 0, "conv2d"],
    ["spare", 16, ""],
  ]);
  expect(totals.parameters).toBe(54);
  expect(layers[3]!.outputShape).toBeNull();
});

test("the table leaves out columns until it fits", () => {
  const summary = summarize(new Espcn(), [1, 1, 360, 640]);
  for (const width of [60, 80, 100, 200]) {
    for (const line of summary.toString({ width }).split("\n")) expect(line.length).toBeLessThanOrEqual(width);
  }
  expect(summary.toString({ width: 200 })).toContain("5,188,377,600");
  expect(summary.toString({ width: 90 })).toMatchInlineSnapshot(`
    "Espcn on [1, 1, 360, 640]
    layer      type               output         parameters           FLOPs  field  stride
    ──────────────────────────────────────────────────────────────────────────────────────
    conv1      Conv2d 1→64, 5×5   1×64×360×640        1,664     737,280,000      5       1
    conv2      Conv2d 64→32, 3×3  1×32×360×640       18,464   8,493,465,600      7       1
    conv3      Conv2d 32→9, 3×3   1×9×360×640         2,601   1,194,393,600      9       1
    shuffle    PixelShuffle       1×1×1080×1920           -               -      9     1/3
    (network)  2 tanh, sigmoid    1×1×1080×1920           -               -      9     1/3
    ──────────────────────────────────────────────────────────────────────────────────────
    total                                            22,729  10,425,139,200"
  `);
  expect(JSON.parse(JSON.stringify(summary)).totals.parameters).toBe(22_729);
});

test("a shape that is none, and a forward that gives no tensor", () => {
  expect(() => summarize(new nn.ReLU(), [1, 0])).toThrow("summarize: needs an input shape of whole numbers from 1");
  class Nothing extends nn.Module {
    forward(_x: Tensor): null {
      return null;
    }
  }
  expect(() => summarize(new Nothing(), [1])).toThrow("Nothing: needs a forward that returns a tensor");
});

test("rows by op: the same totals, parameters at a layer's first op", () => {
  const byOp = summarize(new Espcn(), [1, 1, 9, 9], { rows: "ops" });
  expect(byOp.layers.map(({ path, ops }) => `${path} ${ops}`)).toEqual([
    "conv1 conv2d",
    " tanh",
    "conv2 conv2d",
    " tanh",
    "conv3 conv2d",
    "shuffle pixelShuffle",
    " sigmoid",
  ]);
  expect(byOp.totals).toEqual(summarize(new Espcn(), [1, 1, 9, 9]).totals);
});

test("a network that fails half-way gives the rows up to there, where asked to", () => {
  const net = new nn.Sequential(new nn.Conv2d(1, 4, 3), new nn.BatchNorm2d(4), new nn.ReLU(), new nn.Conv2d(5, 2, 3));
  const { layers, error } = summarize(net, [1, 1, 8, 8], { partial: true });
  const made = layers.filter(({ outputShape }) => outputShape !== null);
  expect(made.map(({ path }) => path)).toEqual(["0", "1", "2"]);
  expect(made[2]!.receptiveField!.width.size).toBe(3);
  expect((error as Error).message).toContain("3 (Conv2d 5→2, 3×3): needs 5 input channels, got 4");
  const none = summarize(net, [1, 3, 8, 8], { partial: true });
  expect(none.layers.map(({ outputShape }) => outputShape)).toEqual([null, null, null]);
  expect((none.error as Error).message).toContain("0 (Conv2d 1→4, 3×3)");
});
