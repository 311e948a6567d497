import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type Summary, summarize } from "../analysis/index.ts";
import { createModel, models } from "./index.ts";

const shared = process.env.CONVSMITH_SHARED ?? fileURLToPath(new URL("../../../shared", import.meta.url));
const path = `${shared}/reference/cost.json`;
const missing = !existsSync(path);
type Row = Readonly<Record<string, unknown>> & { readonly model: string };
const tables: Readonly<Record<string, readonly Row[]>> = missing ? {} : JSON.parse(readFileSync(path, "utf8")).tables;
const rows = (table: string) => (tables[table] ?? []).filter(({ model }) => model === undefined || model in models);

const summaries = new Map<string, Summary>();

/** A network for a side of its input, recorded once. googlenet counts its heads where told so. */
function summaryOf(name: string, side = 224, auxLogits?: boolean): Summary {
  const key = `${name} ${side} ${auxLogits}`;
  const { network } = createModel(name, auxLogits === undefined ? {} : { auxLogits });
  const summary = summaries.get(key) ?? summarize(network, [1, 3, side, side]);
  summaries.set(key, summary);
  return summary;
}

const macs = ({ layers }: Pick<Summary, "layers">) => layers.reduce((sum, row) => sum + row.macs, 0);

const millions = (value: number) => Number((value / 1e6).toFixed(2));
/** Six digits, as calflops prints. */
const sixDigits = (value: number) => Number(value.toPrecision(6));

describe.skipIf(missing)(`published figures${missing ? " (skipped: needs shared/reference/cost.json)" : ""}`, () => {
  test.each(rows("torchvision"))("torchvision $enum $weights", ({ enum: from, num_params, gmacs_ops, ...row }) => {
    const name = String(from).replace("_Weights", "").toLowerCase();
    const key = Object.keys(models).find((each) => each.replaceAll("_", "") === name.replaceAll("_", ""))!;
    const summary = summaryOf(key, row.crop_size as number);
    expect(summary.totals.parameters).toBe(num_params);
    expect(Number((macs(summary) / 1e9).toFixed(3))).toBe(gmacs_ops);
    if (!row.min_size) return;
    const [smallest] = row.min_size as [number];
    expect(summaryOf(key, smallest).layers.length).toBeGreaterThan(1);
  });

  test.each((tables.independent_checks_made_here ?? []).filter(({ macs }) => macs))("$model", (row) => {
    const name = row.model.replace("torchvision ", "").replace(" @224", "");
    const summary = summaryOf(name);
    expect(macs(summary)).toBe(row.macs);
    expect(summary.totals.parameters).toBe(row.params);
    const conv = summary.layers.filter(({ ops }) => ops.includes("conv2d"));
    const linear = summary.layers.filter(({ ops }) => ops.includes("linear"));
    if (row.conv_macs) expect(macs({ layers: conv })).toBe(row.conv_macs);
    if (row.fc_macs) expect(macs({ layers: linear })).toBe(row.fc_macs);
    const biases = (layers: Summary["layers"]) => layers.reduce((sum, each) => sum + each.biasAdditions, 0);
    if (row.bias_adds) expect(biases([...conv, ...linear])).toBe(row.bias_adds);
    if (row.bias_adds_conv) expect(biases(conv)).toBe(row.bias_adds_conv);
    if (row.bn_elements) expect(elementsOf(summary, "BatchNorm2d")).toBe(row.bn_elements);
  });

  test.each(rows("ptflops_readme_torchvision"))("ptflops $model", ({ model, params_M, gmacs_aten_backend, flag }) => {
    // Its googlenet has the auxiliary heads; its inception_v3 is at 299 pixels.
    const summary = summaryOf(model, flag ? 299 : 224, model === "googlenet" ? true : undefined);
    expect(millions(summary.totals.parameters)).toBe(params_M);
    if (gmacs_aten_backend === null) return;
    const biases = summary.layers
      .filter(({ ops }) => ops.includes("conv2d") || ops.includes("linear"))
      .reduce((sum, { biasAdditions }) => sum + biasAdditions, 0);
    // Bias counts as a MAC for each output.
    const gmacs = (macs(summary) + biases) / 1e9;
    expect(Math.abs(gmacs - (gmacs_aten_backend as number))).toBeLessThanOrEqual(0.005 + 1e-9);
  });

  test.each(rows("thop_readme_torchvision"))("thop $model", ({ model, params_M }) => {
    expect(millions(summaryOf(model).totals.parameters)).toBe(params_M);
  });

  test.each(rows("calflops_readme_torchvision"))("calflops $model", ({ model, params_M, params_total, macs_total }) => {
    const summary = summaryOf(model);
    expect(millions(summary.totals.parameters)).toBe(params_M);
    const { parameters } = summary.totals;
    if (!wrongAtSource.parameters.has(model)) expect([parameters, sixDigits(parameters)]).toContain(params_total);
    if (!wrongAtSource.macs.has(model)) expect(sixDigits(macs(summary))).toBe(macs_total);
  });

  test("torchsummary vgg16", () => {
    const row = tables.torchsummary_readme!.find(({ model }) => model === "torchvision vgg16")!;
    const own = summaryOf("vgg16").layers.map(({ parameters }) => parameters);
    const layers = row.layers as { readonly layer: string; readonly params: number }[];
    const held = (list: readonly number[]) => list.filter((each) => each > 0);
    const published = held(layers.map(({ params }) => params));
    expect(held(own)).toEqual(published);
    expect((row.totals as Record<string, number>)["Total params"]).toBe(summaryOf("vgg16").totals.parameters);
  });

  test("torch FlopCounterMode, layer1 of resnet18", () => {
    const row = tables.torch_flop_counter_tests!.find(({ op }) => op === "resnet18.layer1 convolution forward")!;
    const layers = summaryOf("resnet18").layers.filter(({ path }) => path.startsWith("layer1."));
    expect(2 * macs({ layers })).toBe(row.flops);
  });
});

/**
 * calflops lost or invented digits in these rows: alexnet has 714,188,480 MACs, densenet161 7,727,907,072 (its sixth digit
 * is missing, as one is of its FLOPs), densenet169 14,149,480 parameters.
 */
const wrongAtSource = { macs: new Set(["alexnet", "densenet161"]), parameters: new Set(["densenet169"]) };

function elementsOf({ layers }: Summary, type: string): number {
  return layers
    .filter((row) => row.type === type)
    .reduce((sum, { outputShape }) => sum + outputShape!.reduce((product, size) => product * size, 1), 0);
}
