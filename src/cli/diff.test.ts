import { expect, test } from "vitest";
import { callCli } from "../testing/call-cli.ts";

test("two networks: what is alike is collapsed, what has changed shows both values", async () => {
  const { good, out } = await callCli("diff", "espcn-x2", "espcn-x3", "--input", "1x1x17x17");
  expect(good).toBe(true);
  const layers = out.slice(0, out.indexOf("memory")).trimEnd();
  expect(out).toMatch(/^memory +[\d.]+ .B +[\d.]+ .B /m);
  expect(out).toContain("0 layers added, 0 removed, 3 changed, 2 alike\n");
  expect(layers).toMatchInlineSnapshot(`
    "espcn-x2 ⇒ espcn-x3 on [1, 1, 17, 17]
       layer      type                          output                  parameters            FLOPs
    ───────────────────────────────────────────────────────────────────────────────────────────────
       … 2 layers alike
    ~  conv3      Conv2d 32→4, 3×3 ⇒ 32→9, 3×3  4×17×17 ⇒ 9×17×17  1.156K ⇒ 2.601K  665.9K ⇒ 1.498M
    ~  shuffle    PixelShuffle                  1×34×34 ⇒ 1×51×51                -                -
    ~  (network)  Espcn                         1×34×34 ⇒ 1×51×51                -                -

    total            before       after  difference   ratio
    ───────────────────────────────────────────────────────
    parameters       21,284      22,729      +1,445  ×1.068
    MACs          6,122,176   6,538,336    +416,160  ×1.068
    FLOPs        12,244,352  13,076,672    +832,320  ×1.068
    activations    235.8 kB    253.2 kB   +17.34 kB  ×1.074"
  `);
  const all = await callCli("diff", "espcn-x2", "espcn-x3", "--all");
  expect(all.out).toContain("   conv1 ");
  expect(all.out).not.toContain("alike\n~");
});

test("folding: norms that go and stay, numbers that are close in enough digits", async () => {
  const { good, out } = await callCli("diff", "densenet121", "--fold", "--input", "1x3x64x64");
  expect(good).toBe(true);
  expect(out).toMatch(/^- {2}features\.norm0 +BatchNorm2d 64/m);
  expect(out).toContain("59 batch norms are folded into the convolution before them");
  expect(out).toContain("stays: 58 such as features.denseblock1.denselayer2.norm1, because it follows cat");
  const changes = [...out.matchAll(/([\d.]+[KMG]?) ⇒ ([\d.]+[KMG]?)/g)];
  expect(changes.length).toBeGreaterThan(100);
  for (const [, from, to] of changes) expect(from).not.toBe(to);
});

test("folding takes steps and parameters away, and the plan does no folding itself", async () => {
  const { out } = await callCli("diff", "resnet18", "--fold", "--json");
  const { run, totals, folding } = JSON.parse(out);
  expect(folding.folded).toHaveLength(20);
  expect(run.steps.b).toBeLessThan(run.steps.a);
  expect(run.memoryBytes.b).toBeLessThan(run.memoryBytes.a);
  // A weight, a bias, a mean and a variance a channel go, a bias comes.
  expect(totals.parameters.difference).toBe(-4800);
});

test("JSON: each layer with both rows and what differs", async () => {
  const { out } = await callCli("diff", "resnet18", "--input-b", "1x3x448x448", "--json");
  const { a, b, layers, totals } = JSON.parse(out);
  expect([a.inputShape, b.inputShape]).toEqual([
    [1, 3, 224, 224],
    [1, 3, 448, 448],
  ]);
  expect(layers[0]).toMatchObject({ change: "changed", differs: ["outputShape", "macs", "flops"] });
  expect(totals.parameters.ratio).toBe(1);
  expect(layers[0].b.macs).toBe(4 * layers[0].a.macs);
});

test.each([
  { args: ["diff", "resnet18"], message: "diff: needs a second network, or --fold or --input-b" },
  { args: ["diff", "resnet18", "nope"], message: "unknown model nope" },
  // LeNet's linear layer takes one size only.
  { args: ["diff", "lenet", "--input-b", "1x1x32x32"], message: "Linear" },
  { args: ["diff", "espcn", "resnet18", "--input", "1x1x17x17"], message: "conv1 (Conv2d 3→64, 7×7): needs 3 input" },
])("one clear line: $message", async ({ args, message }) => {
  const { good, out, err } = await callCli(...args);
  expect([good, out]).toEqual([false, ""]);
  expect(err).toContain(message);
  expect(err.trim().split("\n")).toHaveLength(1);
});
