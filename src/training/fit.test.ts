import { beforeAll, expect, test } from "vitest";
import { ClassificationDataset, DataLoader } from "../data/index.ts";
import { ReferenceDevice } from "../devices/reference/device.ts";
import * as nn from "../nn/index.ts";
import { Adam, SGD, StepLR } from "../optim/index.ts";
import { manualSeed, setDevice } from "../tensor/index.ts";
import type { EpochEvent, StepEvent } from "./events.ts";
import { type FitOptions, fit, NotFiniteError, warmupCosine } from "./index.ts";

beforeAll(() => setDevice(new ReferenceDevice()));

/** Ten pictures of four pixels in batches of four: three steps an epoch. */
function setup(lr = 0.05) {
  manualSeed(1);
  const pixels = Uint8Array.from({ length: 40 }, (_, index) => (index * 67) % 256);
  const labels = Int32Array.from({ length: 10 }, (_, index) => index % 2);
  const data = new ClassificationDataset({ shape: [1, 2, 2], pixels, labels, classes: ["a", "b"] });
  const model = new nn.Sequential(new nn.Flatten(), new nn.Linear(4, 2));
  const optimizer = new Adam(model.parameters(), { lr });
  const loader = new DataLoader(data, { batchSize: 4, seed: 3 });
  const seenSteps: StepEvent[] = [];
  const seenEpochs: EpochEvent[] = [];
  const callbacks = [
    {
      onStep: (event: StepEvent) => void seenSteps.push(event),
      onEpoch: (event: EpochEvent) => void seenEpochs.push(event),
    },
  ];
  return { model, optimizer, loader, loss: new nn.CrossEntropyLoss(), callbacks, seenSteps, seenEpochs };
}

// biome-ignore lint/suspicious/noFocusedTests: this trains and is no test
const train = (options: FitOptions) => fit(options);

test("epochs, steps and events are counted, and the loss falls", async () => {
  const { seenSteps: steps, seenEpochs: epochs, ...run } = setup();
  const { position, reason, loss } = await train({ ...run, epochs: 8 });
  expect({ step: position.step, reason }).toEqual({ step: 24, reason: "done" });
  expect(steps.map(({ step, epoch }) => [step, epoch]).slice(2, 5)).toEqual([
    [3, 0],
    [4, 1],
    [5, 1],
  ]);
  expect(steps.at(-1)).toMatchObject({ steps: 24, progress: 1, secondsLeft: 0, epochSteps: 3, loss });
  const mean = (steps[3]!.loss + steps[4]!.loss + steps[5]!.loss) / 3;
  expect(epochs[1]!.loss).toBeCloseTo(mean, 12);
  expect(epochs.at(-1)!.loss).toBeLessThan(epochs[0]!.loss);
});

test("going on from a position sees the batches, means and weights of an unbroken run", async () => {
  const whole = setup();
  await train({ ...whole, steps: 8 });
  const parts = setup();
  const { position } = await train({ ...parts, steps: 4 });
  await train({ ...parts, steps: 8, startAt: position });
  expect(parts.seenSteps.map(({ loss }) => loss)).toEqual(whole.seenSteps.map(({ loss }) => loss));
  expect(parts.seenEpochs.map(({ loss }) => loss)).toEqual(whole.seenEpochs.map(({ loss }) => loss));
  expect(await parts.model.parameters()[0]!.data()).toEqual(await whole.model.parameters()[0]!.data());
});

test("a schedule scales the rate that the optimiser had, also when the run goes on", async () => {
  const run = setup(0.1);
  const schedule = warmupCosine({ warmupSteps: 2, final: 0.1 });
  const { position } = await train({ ...run, schedule, steps: 10, signal: abortAt(run, 4) });
  await train({ ...run, schedule, steps: 10, startAt: position });
  const rates = run.seenSteps.map(({ learningRate }) => learningRate);
  const expected = Array.from({ length: 10 }, (_, step) => 0.1 * schedule(step / 10, step));
  expect(rates).toEqual(expected);
  expect(rates[0]).toBeCloseTo(0.05, 10);
});

function abortAt(run: ReturnType<typeof setup>, step: number): AbortSignal {
  const controller = new AbortController();
  run.callbacks.push({ onStep: (event) => void (event.step === step && controller.abort()), onEpoch: () => undefined });
  return controller.signal;
}

test("a scheduler moves on at the end of every epoch", async () => {
  const run = setup();
  const optimizer = new SGD(run.model.parameters(), { lr: 1 });
  await train({ ...run, optimizer, scheduler: new StepLR(optimizer, 1, { gamma: 0.5 }), epochs: 3 });
  expect(run.seenSteps.map(({ learningRate }) => learningRate)).toEqual([1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25]);
});

test("a signal ends the run after the step that is under way", async () => {
  const run = setup();
  const { position, reason } = await train({ ...run, epochs: 9, signal: abortAt(run, 5) });
  expect({ step: position.step, reason }).toEqual({ step: 5, reason: "stopped" });
});

test("a run with a limit in minutes ends, after a step at least", async () => {
  const run = setup();
  const { position, reason } = await train({ ...run, minutes: 0.001 });
  expect(reason).toBe("done");
  expect(position.step).toBeGreaterThan(0);
  expect(position.seconds).toBeGreaterThanOrEqual(0.06);
});

test("a loss that is not finite throws an error with the step", async () => {
  const run = setup();
  const optimizer = new SGD(run.model.parameters(), { lr: 1e60 });
  const error = await train({ ...run, optimizer, epochs: 9 }).catch((each: unknown) => each);
  expect(error).toBeInstanceOf(NotFiniteError);
  expect((error as NotFiniteError).step).toBe(run.seenSteps.length + 1);
  expect((error as NotFiniteError).message).toMatch(/^training: the loss is (NaN|Infinity) after step \d+\. /);
});

test.each([
  [{}, /needs one of epochs, steps and minutes, got none/],
  [{ epochs: 1, steps: 1 }, /got epochs and steps/],
  [{ steps: 0 }, /steps must be a whole number from 1, got 0/],
  [{ epochs: 1.5 }, /epochs must be a whole number from 1, got 1.5/],
  [{ minutes: -1 }, /minutes must be a number above 0, got -1/],
])("limit %j is refused", async (limit, message) => {
  await expect(train({ ...setup(), ...limit })).rejects.toThrow(message);
});
