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

test.skipIf(withoutTorch)(
  "options of train.py that make no sense are refused in one line, and rates are fractions",
  async () => {
    await cli("export", "espcn-x2", "--to", "pytorch", "-o", at("options"));
    const refused: Readonly<Record<string, string>> = {
      "--data nosuch": "nosuch: no such folder",
      "--data . --resume": "--resume: none holds no checkpoint.pth",
      "--data . --augment zoom": "argument --augment: invalid choice: 'zoom'",
      "--data . --batch 0": "--batch must be a whole number from 1, got 0",
      "--data . --save-every 0": "--save-every must be a whole number from 1, got 0",
      "--data . --stop-after 0": "--stop-after must be a whole number from 1, got 0",
      "--data . --steps -3": "--steps must be a whole number from 0, got -3",
      "--data . --epochs 0": "--steps or --epochs is missing: how long to train",
    };
    const code = `import contextlib, io, json, sys
sys.path.insert(0, ".")
sys.argv = ["train.py"]
import train
found = []
for text in ${JSON.stringify(Object.keys(refused))}:
    sys.argv = ["train.py", "--out", "none", *text.split()]
    errors = io.StringIO()
    with contextlib.suppress(SystemExit), contextlib.redirect_stderr(errors):
        train.options()
    found.append(errors.getvalue().splitlines()[-1])
sys.argv = ["train.py", "--data", ".", "--lr", "1", "--final-lr", "0.5", "--warmup", "0"]
settings = train.options()
print(json.dumps({"found": found, "rate": train.rate(1, 2, settings)}))
`;
    const { found, rate } = JSON.parse(await runPython(at("options"), "-c", code));
    for (const [at, message] of Object.values(refused).entries()) expect(found[at]).toContain(message);
    expect(rate).toBe(0.75);
    // A whole number would take no fraction.
    const { writeTrainScript } = await import("./train-script.ts");
    const recipe = { data: "", seed: 0, lr: 1, final_lr: 0, warmup: 1, batch: 1, augment: "none", steps: 1, epochs: 0 };
    const made = { ...recipe, task: "classification", input: [1, 2, 2], mean: [0], std: [1] } as const;
    expect(writeTrainScript(made, "").get("train.py")).toContain(`"lr": 1.0,\n    "final_lr": 0.0,`);
  },
  60_000,
);
