import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { PlannedStep } from "../src/engine/plan.ts";
import * as sources from "../src/index.ts";
import { bundle } from "./lib/bundle.mjs";

let folder: string;
let bundled: typeof sources;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "convsmith-bundle-"));
  const path = join(folder, "convsmith.mjs");
  writeFileSync(path, await bundle());
  bundled = await import(pathToFileURL(path).href);
});
afterAll(() => rmSync(folder, { recursive: true }));

// A minifier once took writes of elements for nothing.
test("draws the same permutations", () => {
  const draw = ({ manualSeed, defaultGenerator }: typeof sources) => {
    manualSeed(3);
    return [...defaultGenerator().permutation(50)];
  };
  expect(draw(bundled)).toEqual(draw(sources));
});

test("takes the same steps by the same plan", async () => {
  const train = async ({ manualSeed, nn, optim, rand, setDevice, wasmDevice }: typeof sources) => {
    const device = wasmDevice({ threads: 1 });
    const steps: string[] = [];
    // Keys of matrix products name the tile that was fastest a moment ago.
    const name = ({ step, work }: PlannedStep) => (step.key.startsWith("resample") ? step.key : work.label);
    device.timer = { now: () => 0, done: ({ plan }) => steps.push(...plan.steps.map(name)) };
    setDevice(device);
    manualSeed(0);
    const model = new nn.Sequential(
      new nn.Conv2d(3, 8, 3, { padding: 1 }),
      new nn.BatchNorm2d(8),
      new nn.ReLU(),
      new nn.Upsample({ scaleFactor: 2, mode: "bilinear" }),
      new nn.Conv2d(8, 4, 3, { padding: 1 }),
      new nn.MaxPool2d(2),
    );
    const optimizer = new optim.Adam(model.parameters());
    const losses: number[] = [];
    for (let step = 0; step < 3; step++) {
      optimizer.zeroGrad();
      const loss = model
        .forward(rand([2, 3, 12, 12]))
        .pow(2)
        .mean();
      loss.backward();
      await optimizer.step();
      losses.push(await loss.item());
    }
    return { losses, steps };
  };
  expect(await train(bundled)).toEqual(await train(sources));
});
