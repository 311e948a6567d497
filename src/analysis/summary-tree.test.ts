import { describe, expect, test } from "vitest";
import { models, nn, summarize, type Tensor } from "../index.ts";
import type { Network } from "./recording.ts";
import { flatRows, summaryTree, type TreeRow } from "./summary-tree.ts";

const known = (name: string) => models.createModel(name).network as Network;
const lines = (rows: readonly TreeRow[]) =>
  rows.map(({ kind, depth, name, parameters }) => `${"  ".repeat(depth)}${name} ${kind} ${parameters}`);

describe("the totals are the sums of the rows, at every depth", () => {
  const keys = ["parameters", "trainable", "multiplications", "macs", "flops", "activationBytes"] as const;
  test.each([
    ["resnet18", [1, 3, 64, 64]],
    ["googlenet", [1, 3, 64, 64]],
    ["shufflenet_v2_x0_5", [1, 3, 64, 64]],
    ["convnext_tiny", [1, 3, 64, 64]],
    ["unet", [1, 1, 32, 32]],
  ] as const)("%s", (name, shape) => {
    const summary = summarize(known(name), shape);
    for (const depth of [1, 2, 3, Infinity]) {
      const rows = summaryTree(summary, { depth });
      const counted = rows.filter(({ kind }) => kind !== "group");
      for (const key of keys) {
        const sum = counted.reduce((total, row) => total + row[key], 0);
        expect(sum, `${key} at depth ${depth}`).toBe(summary.totals[key]);
      }
      expect(Math.max(...rows.map((row) => row.depth))).toBeLessThan(depth);
      // Each group is the sum of what stands below it.
      for (const [at, group] of rows.entries()) {
        if (group.kind !== "group") continue;
        const end = rows.findIndex((row, index) => index > at && row.depth <= group.depth);
        const inside = rows.slice(at + 1, end < 0 ? undefined : end).filter(({ kind }) => kind !== "group");
        expect(inside.reduce((sum, row) => sum + row.flops, 0)).toBe(group.flops);
      }
    }
  });
});

test("lists whose modules are called one by one do not hide the order of the calls", () => {
  const names = summaryTree(summarize(known("unet"), [1, 1, 32, 32]), { depth: 1 }).map(({ name }) => name);
  expect(names.slice(0, 5)).toEqual(["down.0", "pool", "down.1", "pool", "down.2"]);
});

test("a block called twice, and a layer called twice in it", () => {
  class Block extends nn.Module {
    conv = new nn.Conv2d(2, 2, 3, { padding: 1 });
    act = new nn.ReLU();
    forward(x: Tensor): Tensor {
      return this.act.forward(this.conv.forward(this.act.forward(x)));
    }
  }
  class Twice extends nn.Module {
    block = new Block();
    forward(x: Tensor): Tensor {
      return this.block.forward(this.block.forward(x)).add(1);
    }
  }
  const rows = summaryTree(summarize(new Twice(), [1, 2, 4, 4]));
  expect(rows.map(({ name, call, calls, parameters }) => [name, call, calls, parameters])).toEqual([
    ["block", 0, 2, 38],
    ["act", 1, 4, 0],
    ["conv", 1, 2, 38],
    ["act", 2, 4, 0],
    ["act", 3, 4, 0],
    ["conv", 2, 2, 0],
    ["act", 4, 4, 0],
    ["(network)", 1, 1, 0],
  ]);
});

describe("a network that fails", () => {
  const { Sequential, Conv2d, ReLU, Linear } = nn;
  const net = new Sequential({
    stem: new Sequential(new Conv2d(1, 4, 3), new ReLU()),
    body: new Sequential(new Conv2d(4, 4, 3), new Conv2d(5, 2, 3), new ReLU()),
    head: new Sequential(new Conv2d(2, 4, 3), new Linear(4, 5)),
  });
  const summary = summarize(net, [1, 1, 16, 16], { partial: true });

  test("marks the layer, and counts what was not reached", () => {
    expect(summary.failedAt).toBe("body.1");
    expect(lines(summaryTree(summary))).toEqual([
      "stem group 40",
      "  0 call 40",
      "  1 call 0",
      "body group 240",
      "  0 call 148",
      "  1 failed 92",
      "(not reached) unreached 101",
    ]);
    expect(lines(summaryTree(summary, { depth: 1 }))).toEqual([
      "stem folded 40",
      "body failed 240",
      "(not reached) unreached 101",
    ]);
    expect(lines(flatRows(summary)).at(-2)).toBe("body.1 failed 92");
    expect(summaryTree(summary).find(({ path }) => path === "body")!.outputShape).toBeNull();
  });

  test("marks a layer without parameters, the network itself, also where its own code throws", () => {
    const pooled = new Sequential(new Conv2d(1, 2, 3), new nn.MaxPool2d(9));
    expect(lines(summaryTree(summarize(pooled, [1, 1, 5, 5], { partial: true })))).toEqual(["0 call 20", "1 failed 0"]);
    class Adds extends nn.Module {
      conv = new Conv2d(1, 2, 3);
      forward(x: Tensor): Tensor {
        return this.conv.forward(x).add(x);
      }
    }
    const added = summarize(new Adds(), [1, 1, 5, 5], { partial: true });
    expect(lines(summaryTree(added))).toEqual(["conv call 20", "(network) failed 0"]);
    class Throws extends nn.Module {
      conv = new Conv2d(1, 2, 3);
      forward(x: Tensor): Tensor {
        this.conv.forward(x);
        throw new TypeError("x.foo is not a function");
      }
    }
    const thrown = summarize(new Throws(), [1, 1, 5, 5], { partial: true });
    expect(thrown.failedAt).toBe("");
    expect(lines(summaryTree(thrown))).toEqual(["conv call 20", "(network) failed 0"]);
  });
});

test("rows of ops stand in the order of the calls, under their layers' paths", () => {
  const rows = flatRows(summarize(known("resnet18"), [1, 3, 64, 64], { rows: "ops" }));
  expect(rows.slice(4, 11).map(({ name, ops }) => `${name} ${ops}`)).toEqual([
    "layer1.0.conv1 conv2d",
    "layer1.0.bn1 batchNorm2d",
    "layer1.0.relu relu",
    "layer1.0.conv2 conv2d",
    "layer1.0.bn2 batchNorm2d",
    "layer1.0 add",
    "layer1.0.relu relu",
  ]);
});
