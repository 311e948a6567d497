import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseOnnx } from "../../src/formats/onnx/parse.ts";
import { createModel } from "../../src/models/index.ts";
import { manualSeed } from "../../src/tensor/index.ts";
import { writeShapes } from "../../src/testing/shape-pictures.ts";
import { writeWeights } from "../../src/testing/write-weights.ts";
import { fineTune } from "./fine-tune.ts";
import "../../src/index.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convsmith-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("teaches the last layer new classes, and gives an ONNX file", { timeout: 120_000 }, async () => {
  const weights = join(folder, "resnet18.safetensors");
  manualSeed(0);
  await writeWeights(weights, createModel("resnet18").network);
  await writeShapes(join(folder, "shapes"), 5, 40);
  const found = await fineTune({ weights, data: join(folder, "shapes"), side: 32, epochs: 1 });
  expect(found.classes).toEqual(["cross", "disc", "stripes"]);
  // One picture of each class is held back.
  expect([0, 1, 2, 3]).toContain(Math.round(3 * found.accuracy));
  expect(found.model.stateDict().get("fc.weight")!.shape).toEqual([3, 512]);
  expect(parseOnnx(found.onnx, "net.onnx").graph!.node.length).toBeGreaterThan(40);
});
