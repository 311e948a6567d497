import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createWasmDevice } from "../devices/wasm/create.ts";
import * as nn from "../nn/index.ts";
import { wasmKernels } from "../ops/wasm.ts";
import { setDevice } from "../tensor/index.ts";
import { runState, writeClasses, writeNetwork, writePictures } from "../testing/training-data.ts";
import { parseMetrics, type RunControls, readCheckpoint, trainEspcn, trainUserNetwork } from "./node.ts";

let folder = "";
let count = 0;
let out = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convsmith-run-"));
  await writePictures(join(folder, "pictures"), 3, 40);
  await writeClasses(join(folder, "classes"));
  await writeNetwork(join(folder, "net.ts"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(() => {
  setDevice(createWasmDevice(wasmKernels, { threads: 1 }));
  out = join(folder, `run${count++}`);
});

const modules = { "convsmith/nn": nn };
const classify = (controls: Partial<RunControls>, options: object = {}) =>
  trainUserNetwork(
    { module: join(folder, "net.ts"), data: join(folder, "classes"), batch: 4, seed: 5, ...options },
    modules,
    { out, epochs: 6, ...controls },
  );
const enlarge = (controls: Partial<RunControls>, options: object = {}) =>
  trainEspcn(
    { data: join(folder, "pictures"), scale: 2, batch: 4, patch: 8, stride: 6, warmup: 2, ...options },
    { out, steps: 6, ...controls },
  );

/** Controls that stop a run after some steps, as Ctrl+C does. */
function stopAfter(step: number): Partial<RunControls> {
  const controller = new AbortController();
  const onStep = (event: { step: number }) => {
    if (event.step === step) controller.abort();
  };
  return { signal: controller.signal, watcher: { onStep } };
}

test("a run that is stopped twice and resumed ends with the bits and the log of an unbroken one", async () => {
  const unbroken = out;
  expect((await classify({})).complete).toBe(true);
  out = `${unbroken}-broken`;
  expect(await classify(stopAfter(5))).toMatchObject({ complete: false, step: 5 });
  expect(await classify({ resume: true, ...stopAfter(13) })).toMatchObject({ complete: false, step: 13 });
  expect(await classify({ resume: true })).toMatchObject({ complete: true, step: 24 });
  const state = await runState(out);
  expect(state).toEqual(await runState(unbroken));
  expect(Object.keys(state.checkpoint)).toContain("model.1.running_mean");
  expect(state.log.filter((line) => line.accuracy !== undefined)).toHaveLength(6);
});

test("another seed gives other bits, so equal bits mean something", async () => {
  await classify({ epochs: 1 });
  const first = await runState(out);
  out = `${out}-other`;
  await classify({ epochs: 1 }, { seed: 6 });
  expect((await runState(out)).model).not.toEqual(first.model);
});

test("one and two threads give the same bits", async () => {
  await enlarge({});
  const one = await runState(out);
  setDevice(createWasmDevice(wasmKernels, { threads: 2 }));
  out = `${out}-two`;
  await enlarge({});
  expect(await runState(out)).toEqual(one);
});

test("a super-resolution run leaves all its files, and resuming a finished one changes none of its bits", async () => {
  const result = await enlarge({});
  const names = [
    "checkpoint.safetensors",
    "config.json",
    "metrics.jsonl",
    "model.safetensors",
    "report.html",
    "samples",
  ];
  expect((await readdir(out)).sort()).toEqual(names);
  expect((await readdir(join(out, "samples"))).length).toBe(3);
  const { images, mean } = result.results as {
    images: { name: string }[];
    mean: { psnr: number; bicubic: { psnr: number } };
  };
  expect(images).toHaveLength(1);
  expect(mean.psnr).toBeCloseTo(result.metrics.psnr!, 10);
  expect(await readFile(join(out, "report.html"), "utf8")).toContain(images[0]!.name);
  expect(JSON.parse(await readFile(join(out, "config.json"), "utf8"))).toMatchObject({
    task: "espcn",
    network: { name: "espcn", options: { scale: 2 } },
    options: { scale: 2, batch: 4, patch: 8, stride: 6, augment: "dihedral", lr: 4e-3 },
    limit: { steps: 6 },
  });
  const before = await runState(out);
  await enlarge({ resume: true });
  expect(await runState(out)).toEqual(before);
});

test("the log has a line for ten steps and one for each epoch", async () => {
  await classify({ steps: 22, epochs: undefined });
  const lines = parseMetrics(await readFile(join(out, "metrics.jsonl"), "utf8"));
  // 16 pictures in batches of 4: an epoch has 4 steps; the last line is from the end of the run.
  expect(lines.map(({ step, loss }) => (loss === undefined ? `epoch ${step}` : step))).toEqual([
    ...["epoch 4", "epoch 8", 10, "epoch 12", "epoch 16", 20, "epoch 20", "epoch 22"],
  ]);
});

test("a loss that is not finite stops the run, and the last good checkpoint stays", async () => {
  const controls = { checkpointSeconds: 0, steps: 40, epochs: undefined };
  const error = await classify(controls, { lr: 1e18, warmup: 1 }).catch((each: unknown) => each);
  expect(error).toMatchObject({
    name: "NotFiniteError",
    message: expect.stringMatching(/after step \d+\. Use a smaller/),
  });
  const { position, weights } = await readCheckpoint(join(out, "checkpoint.safetensors"));
  expect(position.step).toBeLessThan((error as { step: number }).step);
  for (const { data } of weights.values()) expect([...(data as Float32Array)].every(Number.isFinite)).toBe(true);
});

test("what was changed since the start of a run is named", async () => {
  await classify(stopAfter(2));
  await expect(classify({ resume: true }, { batch: 8 })).rejects.toThrow(/started with --batch 4, got 8/);
  await expect(enlarge({ resume: true })).rejects.toThrow(/holds a run of module, not of espcn/);
  await expect(classify({})).rejects.toThrow(/holds a run already.*--resume/);
  await writePictures(join(folder, "classes/calm"), 11, 12);
  await expect(classify({ resume: true })).rejects.toThrow(
    /the data is not what the run was started with \(pictures was 16, is 17\)/,
  );
  await rm(join(folder, "classes/calm/10.png"));
});

test("a damaged checkpoint is refused with its name", async () => {
  await classify(stopAfter(1));
  const path = join(out, "checkpoint.safetensors");
  await writeFile(path, (await readFile(path)).subarray(0, 3000));
  await expect(classify({ resume: true })).rejects.toThrow(/checkpoint\.safetensors: .*ends at 3000/);
});

test("a folder that can't be made leaves nothing, and other people's files are left alone", async () => {
  await writeFile(out, "a file");
  await expect(classify({ out: join(out, "below") })).rejects.toThrow(/cannot write/);
  expect(await readFile(out, "utf8")).toBe("a file");
  await expect(classify({ out: join(folder, "pictures") })).rejects.toThrow(/holds other files \(0\.png\)/);
  expect(await readdir(join(folder, "pictures"))).toHaveLength(3);
});

test("a user's module that exports no network, or one that doesn't fit, is named", async () => {
  const path = join(folder, "wrong.ts");
  const train = async (source: string) => {
    await writeNetwork(path, source);
    await classify({}, { module: path });
  };
  await expect(train("export const net = 1;")).rejects.toThrow(
    /wrong\.ts: needs a default export that is a network, got none/,
  );
  await expect(train("export default () => 7;")).rejects.toThrow(
    /makes no network: needs an instance of nn\.Module, got number/,
  );
  await expect(train("export default (")).rejects.toThrow(/wrong\.ts: cannot be loaded: /);
  const three = `import { Flatten, Linear, Sequential } from "convsmith/nn";
export default class Net extends Sequential { constructor() { super(new Flatten(), new Linear(3072, 3)); } }`;
  await expect(train(three)).rejects.toThrow(
    /gives \[2, 3\] for 2 pictures, and the data has 2 classes.*nn\.Linear\(…, 2\)/,
  );
  await expect(readdir(out)).rejects.toThrow("ENOENT");
});
