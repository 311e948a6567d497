import { dataNode } from "../../core/node.ts";
import { numel, type Shape } from "../../core/shape.ts";
import type { RunTimes, WasmDevice } from "../../devices/wasm/device.ts";
import * as nn from "../../nn/index.ts";
import { Adam } from "../../optim/index.ts";
import { drawUniform, engine, setDevice, Tensor } from "../../tensor/index.ts";
import { type Network, tensorsIn } from "../recording.ts";

/** One run of a network: what the device timed, and all of it, recording and planning included. */
export interface TimedRun extends RunTimes {
  readonly total: number;
}

export interface TimedRuns {
  readonly runs: readonly TimedRun[];
  /** In training; its scope is that of the loss's steps. */
  readonly loss: nn.Module | null;
}

export interface MeasureOptions {
  readonly train: boolean;
  readonly runs: number;
  /** Milliseconds from some moment on. */
  readonly now: () => number;
  /** Called before each run. */
  readonly onProgress: (run: number) => void;
}

/** V8 compiles a kernel again when it has been called for a while: runs before that say little. */
const warmUpMilliseconds = 800;
const warmUpRuns = 3;

/** Runs the network for a while, and then times `runs` of it. */
export async function timeRuns(
  network: Network,
  inputShape: Shape,
  device: WasmDevice,
  { train, runs, now, onProgress }: MeasureOptions,
): Promise<TimedRuns> {
  setDevice(device);
  await device.ready();
  const modes = network.modules().map((module) => ({ module, training: module.training }));
  for (const { module } of modes) module.training = train;
  const input = numbers(inputShape);
  const { once, loss } = train ? trainingStep(network, input) : inference(network, input);
  const timed: TimedRun[] = [];
  let last: RunTimes | null = null;
  device.timer = { now, done: (times) => void (last = times) };
  try {
    const warm = now() + warmUpMilliseconds;
    for (let run = 0; run < warmUpRuns || now() < warm; run++) await once();
    for (let run = 0; run < runs; run++) {
      onProgress(run);
      const start = now();
      await once();
      timed.push({ ...last!, total: now() - start });
    }
  } finally {
    device.timer = null;
    for (const { module, training } of modes) module.training = training;
  }
  return { runs: timed, loss };
}

function inference(network: Network, input: Tensor) {
  const once = async () => {
    const outputs = tensorsIn(network.forward(input));
    await engine().values(outputs.map(({ node }) => node));
  };
  return { once, loss: null };
}

function trainingStep(network: Network, input: Tensor) {
  const optimizer = new Adam(network.parameters(), { lr: 1e-3 });
  const loss = new nn.MSELoss();
  const targets = new Map<string, Tensor>();
  const target = (shape: Shape, at: number): Tensor => {
    const key = `${at} ${shape}`;
    const known = targets.get(key) ?? numbers(shape);
    targets.set(key, known);
    return known;
  };
  const once = async () => {
    optimizer.zeroGrad();
    const losses = tensorsIn(network.forward(input)).map((each, at) => loss.forward(each, target(each.shape, at)));
    for (const each of losses) each.backward();
    await optimizer.step();
  };
  return { once, loss };
}

const numbers = (shape: Shape) => new Tensor(dataNode(drawUniform(numel(shape))(), shape));
