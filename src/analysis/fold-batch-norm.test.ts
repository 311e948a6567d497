import { describe, expect, test } from "vitest";
import { Generator } from "../core/generator.ts";
import { manualSeed, models, nn, noGrad, randn, type Tensor } from "../index.ts";
import { foldBatchNorm } from "./fold-batch-norm.ts";
import { summarize } from "./summary.ts";

/** Statistics and weights such as a trained network's. */
function trained<T extends nn.Module>(network: T): T {
  for (const module of network.modules()) {
    if (!(module instanceof nn.BatchNorm2d)) continue;
    const shape = [module.numFeatures];
    module.running_mean?.set(randn(shape));
    module.running_var?.set(randn(shape).pow(2).add(0.2));
    module.weight?.set(randn(shape).mul(0.5).add(1));
    module.bias?.set(randn(shape));
  }
  return network.eval();
}

const evaluate = async (network: { forward(x: Tensor): unknown }, x: Tensor) =>
  (await noGrad(() => network.forward(x) as Tensor).data()) as Float32Array;

/** Folds, and expects outputs that differ by 1e-5 of the largest at most. */
async function checkFolding(network: nn.Layer, shape: readonly number[]) {
  trained(network);
  const x = randn(shape);
  const before = await evaluate(network, x);
  const report = foldBatchNorm(network, shape);
  const after = await evaluate(network, x);
  const largest = before.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(largest).toBeGreaterThan(0);
  for (const [at, value] of after.entries()) expect(Math.abs(value - before[at]!)).toBeLessThanOrEqual(1e-5 * largest);
  return report;
}

/** Draws convolutions of every kind with norms behind, from a seed. */
function randomLayers(seed: number): nn.Layer[] {
  const generator = new Generator(seed);
  const pick = <T>(items: readonly T[]): T => items[generator.integer(items.length)]!;
  let channels = 4;
  const layers: nn.Layer[] = [];
  for (let depth = 0; depth < 4; depth++) {
    const outputs = pick([4, 6, 8]);
    const groups = channels % 2 === 0 ? pick([1, 2]) : 1;
    const options = { bias: pick([true, false]), groups, padding: pick([1, 2]) };
    layers.push(
      pick([true, true, false])
        ? new nn.Conv2d(channels, outputs, pick([1, 3]), { ...options, stride: pick([1, 1, 2]) })
        : new nn.ConvTranspose2d(channels, outputs, pick([2, 3]), { ...options, stride: pick([1, 2]) }),
    );
    channels = outputs;
    if (pick([true, false])) layers.push(new nn.Identity());
    layers.push(new nn.BatchNorm2d(channels, { affine: pick([true, true, false]), eps: pick([1e-5, 1e-3]) }));
    layers.push(pick([new nn.ReLU(), new nn.SiLU(), new nn.BatchNorm2d(channels)]));
  }
  return layers;
}

test.each(Array.from({ length: 16 }, (_, seed) => seed))("random network %i gives the same outputs", async (seed) => {
  manualSeed(seed);
  const { folded } = await checkFolding(new nn.Sequential(...randomLayers(seed)), [2, 4, 9, 11]);
  expect(folded).toHaveLength(4);
});

test.each([
  ["resnet18", 20, 0],
  ["mobilenet_v3_small", 34, 0],
  ["shufflenet_v2_x0_5", 56, 0],
  ["densenet121", 59, 62],
  ["regnet_y_400mf", 53, 0],
] as const)("%s: %i norms go, %i stay, the outputs are the same", async (name, folded, kept) => {
  manualSeed(3);
  const report = await checkFolding(models.createModel(name).network, [1, 3, 48, 48]);
  expect([report.folded.length, report.kept.length]).toEqual([folded, kept]);
});

test("DenseNet's norms before activations stay, and say why", () => {
  const { kept } = foldBatchNorm(models.createModel("densenet121").network, [1, 3, 64, 64]);
  expect(kept[1]).toEqual({
    norm: "features.denseblock1.denselayer2.norm1",
    reason: "follows cat, not a convolution",
  });
});

test("parameters and operations that go away, exactly; state_dict keys of a convolution with bias", () => {
  const net = new nn.Sequential(new nn.Conv2d(3, 8, 3, { bias: false }), new nn.BatchNorm2d(8), new nn.ReLU());
  const before = summarize(net, [1, 3, 10, 10]);
  expect(foldBatchNorm(net, [1, 3, 10, 10])).toEqual({ folded: [{ convolution: "0", norm: "1" }], kept: [] });
  const after = summarize(net, [1, 3, 10, 10]);
  expect(before.totals.parameters - after.totals.parameters).toBe(8);
  const norm = before.layers.find(({ path }) => path === "1")!;
  expect(before.totals.flops - after.totals.flops).toBe(norm.flops - 8 * 8 * 8);
  expect(after.layers.map(({ path, biasAdditions }) => [path, biasAdditions])).toEqual([
    ["0", 8 * 8 * 8],
    ["2", 0],
  ]);
  expect([...net.stateDict().keys()]).toEqual(["0.weight", "0.bias"]);
  expect(`${net}`).toContain("(0): Conv2d(3, 8, kernel_size=(3, 3), stride=(1, 1))\n  (1): Identity()");
});

test("folding for a summary makes no number", () => {
  const net = new nn.Sequential(new nn.Conv2d(3, 8, 3), new nn.BatchNorm2d(8));
  const cells = [...net.stateDict().values()].map(({ cell }) => cell);
  for (const cell of cells) {
    cell.initial = () => {
      throw new Error("made");
    };
  }
  foldBatchNorm(net, [1, 3, 8, 8]);
  expect(summarize(net, [1, 3, 8, 8]).totals.parameters).toBe(3 * 8 * 9 + 8);
});

describe("pairs that are none stay", () => {
  const conv = () => new nn.Conv2d(4, 4, 3, { padding: 1 });
  class Twice extends nn.Module {
    a = conv();
    norm = new nn.BatchNorm2d(4);
    forward(x: Tensor): Tensor {
      const y = this.a.forward(x);
      return this.norm.forward(y).add(y);
    }
  }
  class SharedConvolution extends nn.Module {
    a = conv();
    n1 = new nn.BatchNorm2d(4);
    n2 = new nn.BatchNorm2d(4);
    forward(x: Tensor): Tensor {
      return this.n2.forward(this.a.forward(this.n1.forward(this.a.forward(x))));
    }
  }
  class SharedNorm extends nn.Module {
    a = conv();
    b = conv();
    norm = new nn.BatchNorm2d(4);
    forward(x: Tensor): Tensor {
      return this.norm.forward(this.b.forward(this.norm.forward(this.a.forward(x))));
    }
  }
  class NormAndActivation extends nn.BatchNorm2d {
    override forward(x: Tensor): Tensor {
      return super.forward(x).relu();
    }
  }
  class Standardised extends nn.Conv2d {
    override forward(x: Tensor): Tensor {
      const { weight } = this;
      return nn.functional.conv2d(x, weight.sub(weight.mean()), this.bias, this.options);
    }
  }
  const tied = () => {
    const [a, b] = [conv(), conv()];
    Object.assign(b, { weight: a.weight });
    return new nn.Sequential(a, new nn.BatchNorm2d(4), b, new nn.ReLU());
  };
  test.each<[layer: nn.Layer, reasons: string[]]>([
    [new Twice(), ["the output of a is used elsewhere too"]],
    [new SharedConvolution(), ["a is called more than once", "a is called more than once"]],
    [new SharedNorm(), ["is called more than once"]],
    [new nn.Sequential(conv(), new NormAndActivation(4)), ["does more than normalise"]],
    [new nn.Sequential(new Standardised(4, 4, 3), new nn.BatchNorm2d(4)), ["0 does more than convolve"]],
    [tied(), ["the weights of 0 are shared"]],
    [new nn.Sequential(conv(), new nn.BatchNorm2d(4, { trackRunningStats: false })), ["has no running statistics"]],
    [new nn.Sequential(new nn.BatchNorm2d(4), conv()), ["follows the input, not a convolution"]],
    [new nn.Sequential(conv(), new nn.ReLU(), new nn.BatchNorm2d(4)), ["follows relu, not a convolution"]],
  ])("%#", async (network, reasons) => {
    manualSeed(1);
    const { folded, kept } = await checkFolding(network, [1, 4, 8, 8]);
    expect(folded).toEqual([]);
    expect(kept.map(({ reason }) => reason)).toEqual(reasons);
  });
});
