import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createWasmDevice } from "../../../devices/wasm/create.ts";
import { readWeights } from "../../../models/node.ts";
import * as nn from "../../../nn/index.ts";
import { wasmKernels } from "../../../ops/wasm.ts";
import { setDevice } from "../../../tensor/index.ts";
import { callCli } from "../../../testing/call-cli.ts";
import { runPython, withoutTorch } from "../../../testing/pytorch.ts";
import {
  networkSource,
  writeClasses,
  writeDigits,
  writeNetwork,
  writePictures,
} from "../../../testing/training-data.ts";
import { type RunControls, type StepEvent, trainEspcn, trainLenet, trainUserNetwork } from "../../../training/node.ts";

let folder = "";
const at = (...names: string[]) => join(folder, ...names);

beforeAll(async () => {
  setDevice(createWasmDevice(wasmKernels, { threads: 1 }));
  folder = await mkdtemp(join(tmpdir(), "convsmith-torch-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const cli = async (...args: string[]) => {
  const { good, out, err } = await callCli(...args);
  if (!good) throw new Error(err);
  return out;
};

interface Line {
  readonly step: number;
  readonly loss: number;
  readonly lr: number;
  readonly psnr?: number;
  readonly accuracy?: number;
}
const linesOf = async (path: string): Promise<Line[]> =>
  (await readFile(path, "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

/** Losses are averages of one batch; the two engines add up in different orders, and each step starts from the one before. */
function expectEqual(actual: readonly Line[], expected: readonly Line[], tolerance: number): void {
  expect(actual.map(({ step }) => step)).toEqual(expected.map(({ step }) => step));
  for (const [index, { loss, lr }] of expected.entries()) {
    expect(Math.abs(actual[index]!.loss - loss) / loss).toBeLessThan(tolerance);
    expect(actual[index]!.lr).toBeCloseTo(lr, 12);
  }
}

/** Ten steps here, and the folder of an export that begins where they began. */
async function start<R>(train: (recipe: R, controls: RunControls) => Promise<unknown>, name: string, recipe: R) {
  const lines: Line[] = [];
  const onStep = ({ step, loss, learningRate }: StepEvent) => lines.push({ step, loss, lr: learningRate });
  const metrics: Record<string, number>[] = [];
  const onValidation = (found: Readonly<Record<string, number>>) => metrics.push({ ...found });
  await train(recipe, { out: at(name), steps: 10, watcher: { onStep, onValidation } });
  await cli("export", at(name), "--to", "pytorch", "--start", "-o", at(`${name}-torch`));
  return { here: lines, metrics: metrics.at(-1)!, out: at(`${name}-torch`) };
}

/** What train.py logs with one process, or with several that torchrun starts. */
async function logged(out: string, processes: number, ...more: string[]): Promise<Line[]> {
  const to = join(out, `${processes}`);
  // Debian's torchrun of 1.13 can't read its own defaults of these two under Python 3.11.
  const quiet = ["--redirects", "1", "--tee", "1"];
  const launch = ["-m", "torch.distributed.run", "--standalone", `--nproc_per_node=${processes}`, ...quiet];
  await runPython(out, ...(processes > 1 ? launch : []), "train.py", "--out", to, ...more);
  return await linesOf(join(to, "log.jsonl"));
}

test.skipIf(withoutTorch)(
  "super-resolution takes the same 10 steps there, alone, in two processes, and after a break",
  async () => {
    await writePictures(at("pictures"), 3, 60);
    const recipe = { data: at("pictures"), scale: 2, batch: 5, patch: 8, stride: 6, warmup: 4, copies: [0.8] };
    const { here, metrics, out } = await start(trainEspcn, "espcn", recipe);
    const broken = await logged(out, 1, "--stop-after", "4");
    expectEqual(broken, here.slice(0, 4), 1e-4);
    const alone = await logged(out, 1, "--resume");
    expectEqual(alone, here, 1e-4);
    expect(alone.at(-1)!.psnr).toBeCloseTo(metrics.psnr!, 3);
    expectEqual(await logged(out, 2), here, 1e-4);
  },
  180_000,
);

test.skipIf(withoutTorch)(
  "a classifier of digits takes the same 10 steps there, and its weights come back",
  async () => {
    await writeDigits(at("digits"), 41);
    const { here, metrics, out } = await start(trainLenet, "lenet", { data: at("digits"), batch: 7, augment: "flip" });
    const alone = await logged(out, 1);
    expectEqual(alone, here, 1e-4);
    expect(alone.at(-1)!.accuracy).toBe(metrics.accuracy);
    const weights = at("lenet.safetensors");
    await cli("import", out, "--from", join(out, "1", "checkpoint.pth"), "-o", weights);
    const there = await readWeights(weights);
    const own = await readWeights(at("lenet", "model.safetensors"));
    expect([...there.weights.keys()]).toEqual([...own.weights.keys()]);
    for (const [name, { data }] of own.weights) {
      const found = there.weights.get(name)!.data as Float32Array;
      const apart = (data as Float32Array).reduce((most, each, at) => Math.max(most, Math.abs(each - found[at]!)), 0);
      expect(apart).toBeLessThan(1e-4);
    }
    const result = JSON.parse(await cli("evaluate", weights, "--data", at("digits"), "--json"));
    expect(result.accuracy).toBe(metrics.accuracy);
  },
  180_000,
);

test.skipIf(withoutTorch)(
  "a run that was stopped here goes on there, with the steps that it would have made here",
  async () => {
    await writeClasses(at("classes"));
    await writeNetwork(at("net.ts"), networkSource.replace(/ *new (BatchNorm2d|Dropout).*\n/g, ""));
    const recipe = { module: at("net.ts"), data: at("classes"), batch: 4, seed: 5, augment: "dihedral" } as const;
    const lines: Line[] = [];
    const controller = new AbortController();
    const onStep = ({ step, loss, learningRate }: StepEvent) => {
      lines.push({ step, loss, lr: learningRate });
      if (step === 4) controller.abort();
    };
    const run = { out: at("user"), steps: 10, watcher: { onStep } };
    await trainUserNetwork(recipe, { "convsmith/nn": nn }, { ...run, signal: controller.signal });
    const out = at("user-torch");
    const text = await cli("export", at("user"), "--to", "pytorch", "-o", out);
    expect(text).toContain("with --resume it goes on from step 4 of the run");
    await runPython(out, "train.py", "--resume");
    const metrics: Record<string, number>[] = [];
    const onValidation = (found: Readonly<Record<string, number>>) => metrics.push({ ...found });
    const on = { ...run, resume: true, watcher: { onStep, onValidation } };
    await trainUserNetwork({}, { "convsmith/nn": nn }, on);
    const there = await linesOf(join(out, "log.jsonl"));
    expectEqual(there, lines.slice(4), 1e-4);
    expect(there.at(-1)!.accuracy).toBe(metrics.at(-1)!.accuracy);
  },
  180_000,
);
