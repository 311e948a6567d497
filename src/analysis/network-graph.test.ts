import { expect, test } from "vitest";
import { models, nn, summarize, type Tensor } from "../index.ts";
import { type BlockGraph, type NetworkGraph, networkGraph } from "./network-graph.ts";
import type { Network } from "./recording.ts";

const known = (name: string) => models.createModel(name).network as Network;

/** "a → b", with "·" for the world outside. */
function edges({ items }: NetworkGraph, block: BlockGraph): string[] {
  const name = (id: number | null) =>
    id === null ? "·" : items[id]!.kind === "op" ? items[id]!.type : nameOf(items[id]!);
  return block.edges.map(([from, to]) => `${name(from)} → ${name(to)}`);
}
const nameOf = ({ path, type }: { path: string; type: string }) => path.split(".").at(-1) || type;

test("branches of a residual block meet, inside the block that holds them", () => {
  const graph = networkGraph(known("resnet18"), [1, 3, 64, 64]);
  expect(edges(graph, graph.root)).toEqual([
    "input → conv1",
    "conv1 → bn1",
    "bn1 → relu",
    "relu → maxpool",
    "maxpool → layer1",
    "layer1 → layer2",
    "layer2 → layer3",
    "layer3 → layer4",
    "layer4 → avgpool",
    "avgpool → flatten",
    "flatten → fc",
    "fc → output",
  ]);
  const block = graph.items.find(({ path }) => path === "layer2.0")!;
  expect(edges(graph, block.inside!)).toEqual([
    "· → conv1",
    "conv1 → bn1",
    "bn1 → relu",
    "relu → conv2",
    "conv2 → bn2",
    "· → downsample",
    "bn2 → add",
    "downsample → add",
    "add → relu",
    "relu → ·",
  ]);
  expect(block.outputShape).toEqual([1, 128, 8, 8]);
});

test("a value that skips blocks joins the blocks, not what is inside", () => {
  const graph = networkGraph(known("unet"), [1, 1, 32, 32]);
  expect(
    edges(graph, graph.root)
      .filter((edge) => edge.endsWith("→ 3") && !edge.startsWith("pool"))
      .toSorted(),
  ).toEqual(["0 → 3", "2 → 3"]);
});

test.each([
  ["googlenet", [1, 3, 64, 64]],
  ["shufflenet_v2_x0_5", [1, 3, 64, 64]],
  ["mobilenet_v3_small", [1, 3, 64, 64]],
] as const)("%s: its ops are the rows of ops of the summary, each in one box of each depth", (name, shape) => {
  const network = known(name);
  const { items, root } = networkGraph(network, shape);
  const rows = summarize(network, shape, { rows: "ops" }).layers.filter(({ outputShape }) => outputShape !== null);
  const check = (block: BlockGraph, ops: readonly number[]) => {
    expect(block.items.flatMap((id) => items[id]!.ops).toSorted((a, b) => a - b)).toEqual(ops);
    for (const id of block.items) {
      const { inside, ops: within, outputShape, kind } = items[id]!;
      if (inside) check(inside, within);
      if (kind !== "input" && kind !== "output") expect(rows[within.at(-1)!]!.outputShape).toEqual(outputShape);
    }
    for (const end of block.edges.flat()) expect(end === null || block.items.includes(end)).toBe(true);
  };
  check(root, [...rows.keys()]);
});

test("each call of a shared block is a box; one layer alone; a network that fails", () => {
  class Twice extends nn.Module {
    block = new nn.Sequential(new nn.Conv2d(1, 1, 1), new nn.ReLU());
    forward(x: Tensor): Tensor {
      return this.block.forward(this.block.forward(x)).mul(2);
    }
  }
  const twice = networkGraph(new Twice(), [1, 1, 4, 4]);
  expect(edges(twice, twice.root)).toEqual(["input → block", "block → block", "block → mul", "mul → output"]);
  const alone = networkGraph(new nn.Conv2d(1, 1, 1), [1, 1, 4, 4]);
  expect(edges(alone, alone.root)).toEqual(["input → conv2d", "conv2d → output"]);
  const failing = networkGraph(new nn.Sequential(new nn.ReLU(), new nn.Conv2d(3, 1, 1)), [1, 1, 4, 4]);
  expect(edges(failing, failing.root)).toEqual(["input → 0", "0 → failed"]);
});
