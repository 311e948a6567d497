import { expect, it } from "vitest";
import "../index.ts";
import * as nn from "../nn/index.ts";
import { manualSeed, noGrad, rand, type Tensor } from "../tensor/index.ts";
import { compareNetworks } from "./compare.ts";
import { foldBatchNorm } from "./fold-batch-norm.ts";

const layers = () => [new nn.Conv2d(1, 4, 3), new nn.BatchNorm2d(4), new nn.ReLU(), new nn.Conv2d(4, 2, 3)];

it("finds the first layer that differs, by name", async () => {
  manualSeed(1);
  const [a, b] = [new nn.Sequential(...layers()), new nn.Sequential(...layers())];
  b.loadStateDict(a.stateDict());
  const input = rand([1, 1, 9, 9]);
  const equal = await compareNetworks(a, b, input);
  expect(equal.matchedBy).toBe("name");
  expect(equal.output).toEqual({ absolute: 0, relative: 0 });
  expect(equal.layers.map(({ a, b }) => [a, b])).toEqual(["0", "1", "2", "3"].map((name) => [name, name]));

  const bias = b.stateDict().get("1.bias")!;
  bias.set(Float32Array.from(await bias.data(), (value) => value + 0.5));
  const { layers: compared, output } = await compareNetworks(a, b, input);
  expect(compared.map(({ distance }) => distance!.absolute > 0)).toEqual([false, true, true, true]);
  expect(compared[1]!.distance!.absolute).toBeCloseTo(0.5, 5);
  expect(output).toEqual(compared[3]!.distance);
});

it("matches layers of other names in order: a folded norm has no partner", async () => {
  manualSeed(2);
  const plain = new nn.Sequential(...layers());
  plain
    .stateDict()
    .get("1.running_mean")!
    .set(Float32Array.of(0.1, -0.2, 0.3, 0.4));
  class Other extends nn.Module {
    net: nn.Module & { forward(x: Tensor): Tensor };
    constructor(net: nn.Sequential) {
      super();
      this.net = net;
    }
    forward(x: Tensor): Tensor {
      return this.net.forward(x);
    }
  }
  const folded = new nn.Sequential(...layers());
  folded.loadStateDict(plain.stateDict());
  folded.eval();
  noGrad(() => foldBatchNorm(folded, [1, 1, 9, 9]));
  const { matchedBy, layers: compared, output } = await compareNetworks(plain, new Other(folded), rand([1, 1, 9, 9]));
  expect(matchedBy).toBe("order");
  expect(compared.filter(({ a, b }) => a === "2" && b === "net.2")).toHaveLength(1);
  expect(compared.every(({ distance }) => distance === null || distance.relative < 1e-4)).toBe(true);
  expect(output.relative).toBeLessThan(1e-5);
});

it("a number that is none is as far as can be, and outputs of other sizes too", async () => {
  const net = new nn.Sequential(new nn.Linear(2, 2));
  const broken = new nn.Sequential(new nn.Linear(2, 2));
  broken.stateDict().get("0.bias")!.set(Float32Array.of(Number.NaN, 0));
  expect((await compareNetworks(net, broken, rand([1, 2]))).output.absolute).toBe(Number.POSITIVE_INFINITY);
  const wide = new nn.Sequential(new nn.Linear(2, 3));
  expect((await compareNetworks(net, wide, rand([1, 2]))).output.absolute).toBe(Number.POSITIVE_INFINITY);
});

it("tells outputs of as many numbers in another shape apart", async () => {
  class Turned extends nn.Module {
    forward(x: Tensor): Tensor {
      return x.transpose(2, 3);
    }
  }
  const input = noGrad(() => rand([1, 1, 2, 3]).mul(0));
  const { output } = await compareNetworks(new nn.Identity(), new Turned(), input);
  expect(output.absolute).toBe(Number.POSITIVE_INFINITY);
});
