import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseNpy, readSafetensors, toFloat32 } from "../formats/node.ts";
import { createModel } from "../models/index.ts";
import { manualSeed, tensor } from "../tensor/index.ts";
import { callCli } from "../testing/call-cli.ts";
import { difference, runElsewhere, runtimeMissing } from "../testing/onnx-tools.ts";
import { writeShapes } from "../testing/shape-pictures.ts";
import { saveWeights, torchvisionMissing } from "../testing/torchvision-weights.ts";
import { writeWeights } from "../testing/write-weights.ts";
import { useWasm } from "./device.ts";
import { findModel } from "./model.ts";
import { readPicture } from "./run-input.ts";

let folder = "";
const at = (name: string) => join(folder, name);
const trainOf = (name: string, ...more: string[]) =>
  callCli("train", name, "--input", "3x32x32", "--batch", "9", ...more);
const train = (...more: string[]) => trainOf("resnet18", ...more);
/** The smallest of torchvision's, for what any network shows: each run writes all of its weights. */
const small = "shufflenet_v2_x0_5";
const trainSmall = (...more: string[]) => trainOf(small, ...more);
const head = ["--replace", "fc", "--freeze", "all"];

beforeAll(async () => {
  useWasm(2);
  folder = await mkdtemp(join(tmpdir(), "convsmith-"));
  await writeShapes(at("shapes/train"), 12, 40);
  await writeShapes(at("shapes/val"), 4, 40, 1);
  manualSeed(0);
  await writeWeights(at("resnet18.safetensors"), createModel("resnet18").network);
  await writeWeights(at("small.safetensors"), createModel(small).network);
  const limit = ["--lr", "0.02", "--epochs", "8"];
  const { good, err } = await train(
    "--weights",
    at("resnet18.safetensors"),
    ...head,
    ...limit,
    "--data",
    at("shapes"),
    "-o",
    at("run"),
  );
  expect(good, err).toBe(true);
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

it("trains the new last layer alone: not a bit of the others moves, running statistics neither", async () => {
  const [before, after] = [
    await readSafetensors(at("resnet18.safetensors")),
    await readSafetensors(at("run/model.safetensors")),
  ];
  const moved = [...after.tensors].filter(
    ([name, { data }]) => !Buffer.from(data).equals(before.tensors.get(name)!.data),
  );
  expect(moved.map(([name, { shape }]) => [name, shape])).toEqual([
    ["fc.weight", [3, 512]],
    ["fc.bias", [3]],
  ]);
});

it("goes to PyTorch without a train.py, which would move frozen layers", async () => {
  const { good, out, err } = await callCli("export", at("run"), "--to", "pytorch", "-o", at("torch"));
  expect(good, err).toBe(true);
  expect(out).toContain("train.py: none, as it can't go on with frozen layers");
  expect(existsSync(at("torch/model.py"))).toBe(true);
  expect(existsSync(at("torch/train.py"))).toBe(false);
  const start = await callCli("export", at("run"), "--to", "pytorch", "--start", "-o", at("torch"));
  expect(start.err).toContain("--start is for a run's folder without frozen layers. Leave it out.");
}, 60_000);

it("learns what it is shown, and evaluate says how well", async () => {
  const { good, out, err } = await callCli("evaluate", at("run"), "--data", at("shapes"), "--json");
  expect(good, err).toBe(true);
  const { accuracy, classes } = JSON.parse(out);
  expect(classes.map(({ name, pictures }: { name: string; pictures: number }) => [name, pictures])).toEqual([
    ["cross", 4],
    ["disc", 4],
    ["stripes", 4],
  ]);
  // By chance it is a third.
  expect(accuracy).toBeGreaterThan(60);
});

it(`exports to ONNX with the same answers${runtimeMissing}`, { timeout: 120_000 }, async () => {
  const picture = at("shapes/val/disc/0.png");
  const exported = await callCli("export", at("run"), "--to", "onnx", "-o", at("net.onnx"));
  expect(exported.good, exported.err).toBe(true);
  const ran = await callCli("run", at("run"), "--input", picture, "-o", at("y.npy"));
  expect(ran.good, ran.err).toBe(true);
  expect(ran.out).toContain("picture: colour, resized to 37, cut to 32×32, mean 0.485");
  const y = toFloat32(parseNpy(await readFile(at("y.npy")), "y.npy"));
  const both = await callCli("compare", at("run"), at("net.onnx"), "--input", picture);
  expect(both.good, both.err).toBe(true);
  if (runtimeMissing) return;
  const { input } = await readPicture(picture, await findModel(at("run"), {}), {});
  const x = tensor(await input.data(), input.shape);
  expect(difference(await runElsewhere(await readFile(at("net.onnx")), x), y)).toBeLessThan(1e-4);
});

it("trains the last stage too on random crops, and goes on with what was frozen", async () => {
  const more = ["--data", at("shapes"), "--freeze", "conv1", "stage2", "stage3", "--augment", "crop"];
  const weights = ["--weights", at("small.safetensors"), "--replace", "fc"];
  expect((await trainSmall(...weights, ...more, "--steps", "3", "-o", at("whole"))).good).toBe(true);
  expect((await trainSmall(...weights, ...more, "--steps", "2", "-o", at("parts"))).good).toBe(true);
  const resumed = await callCli("train", small, "--resume", "--steps", "3", "-o", at("parts"));
  expect(resumed.err).toContain("Going on after step 2");
  const [whole, parts] = await Promise.all(
    ["whole", "parts"].map((name) => readSafetensors(at(`${name}/model.safetensors`))),
  );
  const frozen = await readSafetensors(at("small.safetensors"));
  for (const name of ["stage3.1.branch2.1.running_mean", "stage3.1.branch2.3.weight"]) {
    for (const { tensors } of [whole!, parts!])
      expect(Buffer.from(tensors.get(name)!.data).equals(frozen.tensors.get(name)!.data)).toBe(true);
  }
  expect([...parts!.tensors.keys()]).toEqual([...whole!.tensors.keys()]);
  expect(toFloat32(whole!.tensors.get("stage4.1.branch2.1.running_mean")!).some((value) => value !== 0)).toBe(true);
}, 120_000);

it.skipIf(torchvisionMissing)(
  `starts from PyTorch's own file${torchvisionMissing}`,
  async () => {
    saveWeights(small, at("theirs.pth"));
    const { good, err } = await trainSmall(
      "--weights",
      at("theirs.pth"),
      ...head,
      "--steps",
      "1",
      "--data",
      at("shapes"),
      "-o",
      at("theirs"),
    );
    expect(good, err).toBe(true);
  },
  60_000,
);

const weights = () => ["--weights", at("small.safetensors")];
it.each([
  [
    "a last layer that does not fit",
    () => weights(),
    /fc\.weight is \[1000, 1024\], and needs \[3, 1024\]; .*--replace fc\./,
  ],
  ["a layer that is none", () => [...weights(), "--replace", "head"], /ShuffleNetV2: has no layer head\. There are /],
  ["nothing to train", () => ["--weights", at("whole"), "--freeze", "all"], /all layers are frozen, .* --replace fc\./],
  ["freezing without weights", () => ["--freeze", "all"], /--freeze would keep random weights/],
  ["replacing without weights", () => ["--replace", "fc"], /--replace is about a file of weights/],
  ["a mean alone", () => ["--mean", "0.5,0.5,0.5"], /--mean and --std belong together/],
] as const)("refuses in one line: %s", async (_, more, message) => {
  const { good, err } = await trainSmall("--data", at("shapes"), "-o", at("x"), ...more());
  expect(good).toBe(false);
  const lines = err
    .trim()
    .split("\n")
    .filter((line) => !line.startsWith("Reading pictures"));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(message);
  expect(existsSync(at("x"))).toBe(false);
});
