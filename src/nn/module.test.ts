import { beforeAll, describe, expect, test } from "vitest";
import { ReferenceDevice } from "../devices/reference/device.ts";
import { manualSeed, ones, setDevice, type Tensor, tensor, zeros } from "../tensor/index.ts";
import * as nn from "./index.ts";

beforeAll(() => setDevice(new ReferenceDevice()));

class Net extends nn.Module {
  head = new nn.Sequential(new nn.Conv2d(1, 20, 5), new nn.ReLU());
  norm = new nn.BatchNorm2d(20);
  blocks = new nn.ModuleList([new nn.Linear(4, 2), new nn.Linear(2, 1, { bias: false })]);
  forward(x: Tensor): Tensor {
    return this.norm.forward(this.head.forward(x));
  }
}

describe("names", () => {
  test("are PyTorch's state_dict keys, in its order", () => {
    expect([...new Net().stateDict().keys()]).toEqual([
      "head.0.weight",
      "head.0.bias",
      "norm.weight",
      "norm.bias",
      "norm.running_mean",
      "norm.running_var",
      "norm.num_batches_tracked",
      "blocks.0.weight",
      "blocks.0.bias",
      "blocks.1.weight",
    ]);
  });

  test("of modules, parameters and buffers", () => {
    const net = new Net();
    expect([...net.namedModules().keys()]).toEqual([
      "",
      "head",
      "head.0",
      "head.1",
      "norm",
      "blocks",
      "blocks.0",
      "blocks.1",
    ]);
    expect([...net.namedBuffers().keys()]).toEqual([
      "norm.running_mean",
      "norm.running_var",
      "norm.num_batches_tracked",
    ]);
    expect(net.parameters()[0]!.cell.name).toBe("head.0.weight");
    expect(net.parameters()[0]!.gradCell.name).toBe("head.0.weight.grad");
  });

  test("a shared layer's parameters come once, its state under both names", () => {
    class Tied extends nn.Module {
      a = new nn.Linear(2, 2, { bias: false });
      b = this.a;
      forward(x: Tensor): Tensor {
        return this.b.forward(this.a.forward(x));
      }
    }
    const tied = new Tied();
    expect(tied.parameters()).toHaveLength(1);
    expect([...tied.stateDict().keys()]).toEqual(["a.weight", "b.weight"]);
  });

  test("an array of modules is refused, for nothing would find it", () => {
    class Hidden extends nn.Module {
      layers = [new nn.ReLU()];
      forward(x: Tensor): Tensor {
        return x;
      }
    }
    expect(() => new Hidden().parameters()).toThrow(/Hidden\.layers: .*new nn\.ModuleList/);
  });
});

describe("forward as a field is refused", () => {
  const message = /needs forward as a method/;

  test("where the class has no method", () => {
    class Field extends nn.Module {
      forward = (x: Tensor) => x;
    }
    expect(() => new Field()).toThrow(message);
  });

  test("where it hides an inherited method, at the first walk", () => {
    class Base extends nn.Module {
      forward(x: Tensor): Tensor {
        return x;
      }
    }
    class Field extends Base {
      override forward = (x: Tensor) => x;
    }
    expect(() => new Field().parameters()).toThrow(message);
    expect(() => new nn.Sequential(new Field()).parameters()).toThrow(message);
  });
});

describe("errors name the layer's path, what it is, the rule and what to do", () => {
  test("wrong channels", () => {
    expect(() => new Net().forward(zeros([1, 3, 32, 32]))).toThrow(
      "head.0 (Conv2d 1→20, 5×5): needs 1 input channel, got 3 from input [1, 3, 32, 32]. Use new nn.Conv2d(3, 20, 5), or convert the picture to grey.",
    );
  });

  test("the advice repeats the layer's options", () => {
    const conv = new nn.Conv2d(8, 4, [3, 1], { padding: [1, 0], bias: false });
    expect(() => conv.forward(zeros([1, 2, 9, 9]))).toThrow(
      /^Conv2d 8→4, 3×1: needs 8 input channels.*Use new nn\.Conv2d\(2, 4, \[3, 1\], \{ padding: \[1,0\], bias: false \}\)\.$/,
    );
  });

  test("features", () => {
    expect(() => new nn.Linear(108, 10).forward(zeros([6, 12, 3, 3]))).toThrow(/Put nn\.Flatten in front/);
    expect(() => new nn.Linear(108, 10).forward(zeros([6, 100]))).toThrow(
      /^Linear 108→10: needs 108 .* Use new nn\.Linear\(100, 10\)\.$/,
    );
  });

  test("an op in a network's own forward is named too", () => {
    class Inner extends nn.Module {
      forward(x: Tensor): Tensor {
        return x.add(ones([7]));
      }
    }
    class Outer extends nn.Module {
      inner = new Inner();
      forward(x: Tensor): Tensor {
        return this.inner.forward(x);
      }
    }
    expect(() => new Outer().forward(zeros([2, 3]))).toThrow(/^inner \(Inner\): add: needs shapes that broadcast/);
  });
});

describe("loadStateDict", () => {
  test("takes arrays and tensors, and both kinds of a scalar", async () => {
    const source = new Net();
    const arrays = new Map<string, nn.NamedArray>();
    for (const [name, value] of source.stateDict()) arrays.set(name, { shape: value.shape, data: await value.data() });
    arrays.set("norm.num_batches_tracked", { shape: [1], data: new BigInt64Array([7n]) });
    for (const state of [arrays, Object.fromEntries(arrays)]) {
      manualSeed(5);
      const net = new Net();
      net.loadStateDict(state);
      expect(await net.head.at(0)!.stateDict().get("weight")!.data()).toEqual(arrays.get("head.0.weight")!.data);
      expect(await net.norm.num_batches_tracked!.item()).toBe(7);
    }
    const copy = new Net();
    copy.loadStateDict(source.stateDict());
    expect(await copy.stateDict().get("head.0.weight")!.data()).toEqual(arrays.get("head.0.weight")!.data);
  });

  test("names all that is missing, unexpected and mis-shaped, and changes nothing", async () => {
    const net = new nn.Sequential(new nn.Linear(2, 3), new nn.Linear(3, 1));
    const before = await net.stateDict().get("0.bias")!.data();
    const state = {
      "0.bias": tensor([9, 9, 9]),
      "0.weight": tensor([1, 2], [1, 2]),
      "1.weight": zeros([1, 3]),
      "2.weight": zeros([1]),
    };
    expect(() => net.loadStateDict(state)).toThrow(
      "Sequential: the state_dict is of another network: missing 1.bias; unexpected 2.weight; 0.weight needs shape [3, 2], got [1, 2]",
    );
    expect(await net.stateDict().get("0.bias")!.data()).toEqual(before);
    const fitting = { ...state, "0.weight": zeros([3, 2]) };
    expect(net.loadStateDict(fitting, { strict: false })).toEqual({ missing: ["1.bias"], unexpected: ["2.weight"] });
  });
});

test("train, eval, requiresGrad_ and zeroGrad reach every module", () => {
  const net = new Net();
  net.eval();
  expect(net.modules().some((each) => each.training)).toBe(false);
  expect(
    net
      .train()
      .modules()
      .every((each) => each.training),
  ).toBe(true);
  net.requiresGrad_(false);
  expect(net.parameters().some((each) => each.requiresGrad)).toBe(false);
  net.requiresGrad_();
  net
    .forward(zeros([2, 1, 8, 8]))
    .sum()
    .backward();
  expect(net.head.at(0)!.parameters()[0]!.grad).not.toBeNull();
  net.zeroGrad();
  expect(net.parameters().every((each) => each.grad === null)).toBe(true);
});

test("prints as in PyTorch", () => {
  expect(new Net().toString()).toBe(
    [
      "Net(",
      "  (head): Sequential(",
      "    (0): Conv2d(1, 20, kernel_size=(5, 5), stride=(1, 1))",
      "    (1): ReLU()",
      "  )",
      "  (norm): BatchNorm2d(20, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)",
      "  (blocks): ModuleList(",
      "    (0): Linear(in_features=4, out_features=2, bias=True)",
      "    (1): Linear(in_features=2, out_features=1, bias=False)",
      "  )",
      ")",
    ].join("\n"),
  );
});

describe("initialisation", () => {
  test("follows the seed, whatever is read first", async () => {
    const values = async (order: readonly number[]) => {
      manualSeed(3);
      const parameters = new nn.Sequential(new nn.Conv2d(2, 3, 3), new nn.Linear(4, 5)).parameters();
      const found: (ArrayLike<number> | null)[] = parameters.map(() => null);
      for (const index of order) found[index] = await parameters[index]!.data();
      return found;
    };
    expect(await values([0, 1, 2, 3])).toEqual(await values([3, 1, 0, 2]));
    expect((await values([0, 1, 2, 3]))[0]).not.toEqual((await values([0, 1, 2, 3]))[2]);
  });

  test("is uniform in ±1/√fanIn, and normal where asked", () => {
    manualSeed(1);
    const numbers = nn.init.layerDefaults([64, 16, 5, 5], 64).weight();
    const bound = 1 / 20;
    expect(Math.max(...numbers)).toBeLessThanOrEqual(bound);
    expect(Math.max(...numbers)).toBeGreaterThan(0.99 * bound);
    const variance = (of: Float32Array) => of.reduce((total, each) => total + each * each, 0) / of.length;
    expect(variance(numbers)).toBeCloseTo(bound ** 2 / 3, 5);
    expect(variance(nn.init.normal([9999], 0, 2)())).toBeCloseTo(4, 0);
    expect(variance(nn.init.xavierUniform([300, 100])())).toBeCloseTo(2 / 400, 4);
  });
});

test("a layer of a Sequential or ModuleList is replaced by assigning to its name", () => {
  const net = new nn.Sequential(new nn.Conv2d(1, 2, 3), new nn.BatchNorm2d(2));
  Object.assign(net, { 1: new nn.PixelUnshuffle(2) });
  expect(net.forward(zeros([1, 1, 4, 4])).shape).toEqual([1, 8, 1, 1]);
  expect([...net.stateDict().keys()]).toEqual(["0.weight", "0.bias"]);
  const list = new nn.ModuleList<nn.Layer>([new nn.ReLU()]);
  const tanh = new nn.Tanh();
  Object.assign(list, { 0: tanh });
  expect([list.at(0), ...list]).toEqual([tanh, tanh]);
  expect(() => Object.assign(net, { 0: 3 })).toThrow("Sequential: needs modules, got number at 0");
});
