import { expect, test } from "vitest";
import { Generator } from "../core/generator.ts";
import { models } from "../index.ts";
import { align } from "./align.ts";
import { diffSummaries } from "./diff.ts";
import type { Network } from "./recording.ts";
import { summarize } from "./summary.ts";

/** The longest common subsequence by trying every subset: for short lists. */
function longestCommon(a: readonly number[], b: readonly number[]): number {
  let longest = 0;
  for (let subset = 0; subset < 2 ** a.length; subset++) {
    const chosen = a.filter((_, at) => (subset >> at) & 1);
    let at = 0;
    for (const value of b) if (value === chosen[at]) at++;
    if (at === chosen.length) longest = Math.max(longest, chosen.length);
  }
  return longest;
}

test("alignments hold both lists in order, and as many pairs as the longest common subsequence", () => {
  const generator = new Generator(5);
  const list = () => Array.from({ length: generator.integer(9) }, () => generator.integer(4));
  for (let round = 0; round < 60; round++) {
    const [a, b] = [list(), list()];
    const pairs = align(a, b, (x, y) => (x === y ? 1 : 0));
    expect(pairs.flatMap((pair) => pair.a ?? [])).toEqual(a);
    expect(pairs.flatMap((pair) => pair.b ?? [])).toEqual(b);
    const both = pairs.filter((pair) => pair.a !== null && pair.b !== null);
    expect(both.every((pair) => pair.a === pair.b)).toBe(true);
    expect(both).toHaveLength(longestCommon(a, b));
  }
});

const diff = (a: string, b: string) => {
  const summary = (name: string) => {
    const { network, inputHint } = models.createModel(name);
    return summarize(network as Network, inputHint);
  };
  return diffSummaries(summary(a), summary(b));
};

test("vgg16_bn is vgg16 with a batch norm behind each convolution", () => {
  const { layers, totals } = diff("vgg16", "vgg16_bn");
  const changes = layers.filter(({ change }) => change !== "same");
  expect(changes).toHaveLength(13);
  expect(changes.every(({ change, b }) => change === "added" && b!.type === "BatchNorm2d")).toBe(true);
  expect(totals.parameters).toEqual({
    a: 138_357_544,
    b: 138_365_992,
    difference: 8448,
    ratio: 138_365_992 / 138_357_544,
  });
});

test("resnet34 has blocks more than resnet18: whole ones, and the rest differs by its field alone", () => {
  const { layers } = diff("resnet18", "resnet34");
  const added = layers
    .filter(({ change }) => change === "added")
    .map(({ b }) => b!.path.split(".").slice(0, 2).join("."));
  const blocks = ["layer1.2", "layer2.2", "layer2.3", ...[2, 3, 4, 5].map((at) => `layer3.${at}`), "layer4.2"];
  expect([...new Set(added)]).toEqual(blocks);
  expect(layers.some(({ change }) => change === "removed")).toBe(false);
  for (const { differs } of layers.filter(({ change }) => change === "changed"))
    expect(differs).toEqual(["receptiveField"]);
});

test("squeeze and excitation is what mobilenet_v3 adds: projections stay with projections", () => {
  const { layers } = diff("mobilenet_v2", "mobilenet_v3_large");
  const gates = layers.filter(({ b }) => /\.fc[12]$/.test(b?.path ?? ""));
  expect(gates).toHaveLength(16);
  expect(gates.every(({ change }) => change === "added")).toBe(true);
  const swapped = layers.filter(({ a, b }) => a?.type === "ReLU6" && b?.type === "Hardswish");
  expect(swapped.length).toBeGreaterThan(0);
});

test("every layer of both is there once, in the order of calls", () => {
  const [a, b] = (["googlenet", "densenet121"] as const).map((name) => {
    const { network, inputHint } = models.createModel(name);
    return summarize(network as Network, inputHint);
  });
  const { layers } = diffSummaries(a!, b!);
  expect(layers.flatMap((pair) => pair.a ?? [])).toEqual(a!.layers);
  expect(layers.flatMap((pair) => pair.b ?? [])).toEqual(b!.layers);
});
