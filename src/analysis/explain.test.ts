import { expect, test } from "vitest";
import { createModel } from "../models/index.ts";
import * as nn from "../nn/index.ts";
import { conventions } from "./conventions/index.ts";
import { type ConventionName, compareConventions, comparisonText, explain, explainText, summarize } from "./index.ts";

const small = new nn.Sequential(
  new nn.Conv2d(3, 8, 3, { padding: 1 }),
  new nn.BatchNorm2d(8),
  new nn.ReLU(),
  new nn.MaxPool2d(3, { stride: 2 }),
  new nn.ConvTranspose2d(8, 4, 4, { stride: 2, padding: 1 }),
  new nn.SiLU(),
  new nn.AdaptiveAvgPool2d(2),
  new nn.Flatten(),
  new nn.Linear(16, 10),
  new nn.Softmax(1),
);
const input = [2, 3, 12, 12];
const names = Object.keys(conventions) as ConventionName[];

test.each(names)("%s against each: reasons sum to the difference of what summaries print", (a) => {
  for (const b of names) {
    const explanation = explain(small, input, a, b);
    for (const side of [explanation.a, explanation.b]) {
      const { totals } = summarize(small, input, { convention: side.convention });
      expect(side.total).toBe(totals[side.figure]);
      expect(conventions[side.convention].prints).toContain(side.figure);
    }
    const sum = explanation.reasons.reduce((total, { difference }) => total + difference, 0);
    expect(sum).toBe(explanation.difference);
    expect(explanation.difference).toBe(explanation.b.total - explanation.a.total);
    const sizes = explanation.reasons.map(({ difference }) => Math.abs(difference));
    expect(sizes).toEqual(sizes.toSorted((x, y) => y - x));
    if (a === b) expect(explanation.reasons).toEqual([]);
  }
});

test("vgg16: the linear layers that thop's README counts twice, and the biases", () => {
  const { network } = createModel("vgg16");
  const { reasons, difference } = explain(network, [1, 3, 224, 224], "torchvision", "thop");
  expect(reasons.map(({ what, difference }) => [what, difference])).toEqual([
    ["linear: multiply-accumulates", 123_633_664 - 9192],
    ["conv2d: bias", 13_547_520],
    ["adaptiveAvgPool2d", 2 * 512 * 49],
    ["linear: bias", 9192],
  ]);
  expect(difference).toBe(137_231_360);
  expect(reasons[1]!.each).toEqual({ unit: "output", a: 0, b: 1 });
  expect(reasons[1]!.layers[0]).toEqual({ path: "features.0", difference: 64 * 224 * 224 });
});

test("ReLU modules count twice under ptflops, a network's own relu once", () => {
  const relu = (net: nn.Module) => {
    const { reasons } = explain(net as nn.Layer, [1, 3, 224, 224], "torchvision", "ptflops");
    return reasons.find(({ what }) => what === "relu")!.each;
  };
  expect(relu(createModel("resnet18").network)).toEqual({ unit: "output", a: 0, b: 2 });
  expect(relu(createModel("googlenet").network)).toEqual({ unit: "output", a: 0, b: 1 });
});

test("the text fits its width and keeps why and how much", () => {
  const explanation = explain(createModel("resnet50").network, [1, 3, 224, 224], "torchvision", "ptflops");
  for (const width of [44, 60, 80, 100, 140, 200]) {
    const text = explainText(explanation, { width });
    for (const line of text.split("\n")) expect(line.length, line).toBeLessThanOrEqual(width);
    expect(text).toContain("+22,227,968");
  }
  expect(explainText(explanation, { width: 80 })).toMatchInlineSnapshot(`
    "ResNet on [1, 3, 224, 224]: torchvision counts 4,089,184,256 MACs, ptflops
    counts 4,132,436,968 MACs

    why                  torchvision        ptflops   difference  each
    ─────────────────────────────────────────────────────────────────────────────
    batchNorm2d                    0     22,227,968  +22,227,968  0 → 2 an output
    relu                           0     19,217,408  +19,217,408  0 → 2 an output
    maxPool2d                      0      1,605,632   +1,605,632  0 → 2 an input
    adaptiveAvgPool2d              0        200,704     +200,704  0 → 2 an input
    linear: bias                   0          1,000       +1,000  0 → 1 an output
    counted alike      4,089,184,256  4,089,184,256            0
    ─────────────────────────────────────────────────────────────────────────────
    total              4,089,184,256  4,132,436,968  +43,252,712"
  `);
  expect(explainText(explanation, { width: 140 })).toContain("maxpool +1,605,632");
  expect(explainText(explain(small, input, "fvcore", "fvcore"), { width: 140 })).toContain("they agree in every layer");
});

test("all conventions side by side", () => {
  const totals = compareConventions(createModel("resnet50").network, [1, 3, 224, 224]);
  expect(totals.map(({ name }) => name)).toEqual(names);
  expect(totals.find(({ name }) => name === "torchvision")).toMatchObject({ macs: 4_089_184_256, flops: null });
  for (const width of [60, 80, 100, 160]) {
    const text = comparisonText(totals, { width });
    for (const line of text.split("\n")) expect(line.length, line).toBeLessThanOrEqual(width);
    for (const { macs, flops } of totals) expect(text).toContain((macs ?? flops)!.toLocaleString("en-US"));
  }
});

test("a name that is none", () => {
  expect(() => explain(small, input, "exact", "thopp" as ConventionName)).toThrow(
    "convention: needs one of exact, torchvision, fvcore, ptflops, ptflops-aten, thop, thop-head, calflops, onnx-tool, google, got thopp",
  );
});
