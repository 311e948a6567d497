import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { summarize } from "../analysis/index.ts";
import * as nn from "../nn/index.ts";
import { createModel, models } from "./index.ts";
import { torchvisionModels } from "./torchvision.ts";

interface Facts {
  readonly parameters: number;
  readonly keys: number;
  readonly sha256: string;
  readonly norms: readonly string[];
  readonly side: number;
  readonly macs: number;
}

// Written by fixtures/zoo/export.py from torchvision itself.
const facts: Readonly<Record<string, Facts>> = JSON.parse(
  readFileSync(new URL("../../fixtures/zoo/torchvision.json", import.meta.url), "utf8"),
).networks;

/** googlenet_aux: with the auxiliary heads. */
const make = (name: string) =>
  name === "googlenet_aux" ? createModel("googlenet", { auxLogits: true }) : createModel(name);

const keyLines = (network: nn.Module) =>
  [...network.stateDict()].map(([key, { shape }]) => `${key} [${shape.join(", ")}]`);

function norms(network: nn.Module): string[] {
  const found = network.modules().flatMap((each) => {
    if (each instanceof nn.BatchNorm2d) return [`${scientific(each.eps)} ${Number(each.momentum!.toPrecision(12))}`];
    return each instanceof nn.LayerNorm ? [`${scientific(each.eps)} None`] : [];
  });
  return [...new Set(found)].sort();
}

/** As Python writes it. */
const scientific = (value: number) => (value < 1e-4 ? value.toExponential().replace("e-", "e-0") : `${value}`);

test("every classifier of torchvision is there", () => {
  expect(Object.keys(torchvisionModels).sort()).toEqual(
    Object.keys(facts)
      .filter((name) => name !== "googlenet_aux")
      .sort(),
  );
});

describe.each(Object.entries(facts))("%s", (name, { parameters, keys, sha256, norms: wanted, side, macs }) => {
  test("parameters, state_dict and norms are torchvision's", () => {
    const { network, inputHint } = make(name);
    expect(inputHint).toEqual([1, 3, side, side]);
    expect(network.parameters().reduce((sum, each) => sum + each.numel, 0)).toBe(parameters);
    const lines = keyLines(network);
    expect(lines).toHaveLength(keys);
    expect(createHash("sha256").update(lines.join("\n")).digest("hex")).toBe(sha256);
    expect(norms(network)).toEqual(
      wanted.map((each) => each.replace(/ [\d.]+$/, (number) => ` ${Number(Number(number).toPrecision(12))}`)).sort(),
    );
  });

  test("layers have torchvision's multiplications", () => {
    const { network, inputHint } = make(name);
    const { layers, totals } = summarize(network, inputHint);
    expect(totals.macs).toBe(macs);
    expect(totals.parameters).toBe(parameters);
    expect(layers.findLast(({ outputShape }) => outputShape)!.outputShape).toEqual([1, 1000]);
  });
});

test("classifiers take a number of classes", () => {
  for (const [name, create] of Object.entries(torchvisionModels)) {
    const network = create({ classes: 7 }).network;
    expect(network.parameters().at(-1)!.shape, name).toEqual([7]);
  }
});

test("every network takes the shape that it hints at", () => {
  for (const [name, create] of Object.entries(models)) {
    if (Object.hasOwn(torchvisionModels, name)) continue;
    const { network, inputHint } = create();
    expect(summarize(network, inputHint).layers.length, name).toBeGreaterThan(1);
  }
});
