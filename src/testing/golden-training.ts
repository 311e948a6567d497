import * as nn from "../nn/index.ts";
import * as optim from "../optim/index.ts";
import { Parameter, type Tensor, tensor } from "../tensor/index.ts";
import type { GoldenCase, GoldenTensor } from "./golden.ts";
import { GoldenAttributes } from "./golden-attributes.ts";
import { goldenNetworks } from "./golden-networks.ts";
import { unit } from "./rounding.ts";

/** The cases that this file checks, by op: whole runs, on the device that was set. */
export const goldenRuns: Readonly<Record<string, (golden: GoldenCase) => Promise<void>>> = {
  optimizer: checkOptimizer,
  training: checkTraining,
};

/** Eight steps of one optimiser on the mean squared error of a linear layer: every weight after every step, and every loss. */
async function checkOptimizer(golden: GoldenCase): Promise<void> {
  const attributes = new GoldenAttributes(golden.attrs);
  const need = reader(golden);
  const start = need("weight");
  const weight = new Parameter(start.shape, () => Float32Array.from(start.data), "weight");
  const optimizer = optimizerOf([weight], attributes);
  allRead(golden, attributes);
  const [input, target] = [toTensor(need("input")), toTensor(need("target"))];
  const [losses, trajectory] = [need("losses").data, need("trajectory").data];
  const size = weight.numel;
  noneLeft(golden, need.names());
  for (const [step, expected] of losses.entries()) {
    optimizer.zeroGrad();
    const loss = nn.functional.mseLoss(nn.functional.linear(input, weight, null), target);
    loss.backward();
    await optimizer.step();
    // A step adds a few roundings to every weight; the errors of the steps before stay.
    const allowed = 16 * unit * (step + 1);
    compare(`${golden.name} loss ${step}`, [await loss.item()], [expected], allowed);
    const wanted = trajectory.subarray(step * size, (step + 1) * size);
    compare(`${golden.name} weight after step ${step}`, await weight.data(), wanted, allowed);
  }
}

/** A whole run: the first output, every loss, and the state at the end, each within the tolerance that the case states. */
async function checkTraining(golden: GoldenCase): Promise<void> {
  const attributes = new GoldenAttributes(golden.attrs);
  const need = reader(golden);
  const network = choose(goldenNetworks, attributes.get<string>("network"))();
  const loss = choose(lossesByName, attributes.get<string>("loss"))();
  const lossTolerance = attributes.get<number>("loss_tolerance");
  const endTolerance = attributes.get<number>("end_tolerance");
  const steps = attributes.get<number>("steps");
  network.loadStateDict(need.below("start."));
  const end = need.below("end.");
  const optimizer = optimizerOf(network.parameters(), attributes);
  allRead(golden, attributes);
  const [input, target, firstOutput] = [toTensor(need("input")), toTensor(need("target")), need("first_output")];
  const losses = need("losses").data;
  noneLeft(golden, need.names());
  if (losses.length !== steps) throw new Error(`${golden.name}: ${losses.length} losses for ${steps} steps`);
  for (const [step, expected] of losses.entries()) {
    optimizer.zeroGrad();
    const output = network.forward(input);
    if (step === 0) compare(`${golden.name} first output`, await output.data(), firstOutput.data, lossTolerance);
    const value = loss.forward(output, target);
    value.backward();
    await optimizer.step();
    compare(`${golden.name} loss ${step}`, [await value.item()], [expected], lossTolerance);
  }
  const state = network.stateDict();
  for (const name of state.keys()) if (!end.has(name)) throw new Error(`${golden.name}: end.${name} is missing`);
  for (const [name, { data }] of end) {
    const value = state.get(name);
    if (!value) throw new Error(`${golden.name}: end.${name} is not understood`);
    compare(`${golden.name} end.${name}`, await value.data(), data, endTolerance);
  }
}

type Loss = nn.Module & { forward(x: Tensor, target: Tensor): Tensor };
const lossesByName: Readonly<Record<string, () => Loss>> = {
  MSELoss: () => new nn.MSELoss(),
  L1Loss: () => new nn.L1Loss(),
  SmoothL1Loss: () => new nn.SmoothL1Loss(),
  CrossEntropyLoss: () => new nn.CrossEntropyLoss(),
};

type Runs = { zeroGrad(): void; step(): Promise<void> };
const optimizers: Readonly<Record<string, (parameters: Parameter[], a: GoldenAttributes) => Runs>> = {
  SGD: (parameters, a) =>
    new optim.SGD(parameters, {
      lr: a.get("lr"),
      momentum: a.get("momentum", 0),
      dampening: a.get("dampening", 0),
      nesterov: a.get("nesterov", false),
      weightDecay: a.get("weight_decay", 0),
    }),
  Adam: (parameters, a) => new optim.Adam(parameters, { ...adamOptions(a), weightDecay: a.get("weight_decay", 0) }),
  AdamW: (parameters, a) =>
    new optim.AdamW(parameters, { ...adamOptions(a), weightDecay: a.get("weight_decay", 0.01) }),
  RMSprop: (parameters, a) =>
    new optim.RMSprop(parameters, {
      lr: a.get("lr", 0.01),
      alpha: a.get("alpha", 0.99),
      eps: a.get("eps", 1e-8),
      momentum: a.get("momentum", 0),
      centered: a.get("centered", false),
      weightDecay: a.get("weight_decay", 0),
    }),
};

const adamOptions = (a: GoldenAttributes) => ({
  lr: a.get("lr", 1e-3),
  betas: a.get<[number, number]>("betas", [0.9, 0.999]),
  eps: a.get("eps", 1e-8),
  amsgrad: a.get("amsgrad", false),
});

function optimizerOf(parameters: Parameter[], attributes: GoldenAttributes): Runs {
  return choose(optimizers, attributes.get<string>("optimizer"))(parameters, attributes);
}

/** Reads the tensors of a case, and knows those that nobody has asked for. */
function reader(golden: GoldenCase) {
  const unread = new Set(golden.tensors.keys());
  const read = (name: string): GoldenTensor => {
    const found = golden.tensors.get(name);
    if (!found) throw new Error(`${golden.name}: tensor ${name} is missing`);
    unread.delete(name);
    return found;
  };
  return Object.assign(read, {
    below: (prefix: string) =>
      new Map(
        [...golden.tensors.keys()]
          .filter((name) => name.startsWith(prefix))
          .map((name) => [name.slice(prefix.length), read(name)]),
      ),
    /** What is left. */
    names: () => [...unread],
  });
}

const toTensor = ({ data, shape }: GoldenTensor) => tensor(data, shape);

function choose<T>(table: Readonly<Record<string, T>>, name: string): T {
  const found = Object.hasOwn(table, name) ? table[name] : undefined;
  if (!found) throw new Error(`${name} is not understood`);
  return found;
}

function noneLeft(golden: GoldenCase, names: readonly string[]): void {
  if (names.length > 0) throw new Error(`${golden.name}: tensors ${names.join(", ")} are not understood`);
}

function allRead(golden: GoldenCase, attributes: GoldenAttributes): void {
  const unread = attributes.unread();
  if (unread.length > 0) throw new Error(`${golden.name}: attributes ${unread.join(", ")} are not understood`);
}

/** `tolerance` is relative to the largest number expected, and absolute where that is below 1. */
function compare(name: string, actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  if (actual.length !== expected.length) throw new Error(`${name}: ${actual.length} numbers, not ${expected.length}`);
  const largest = Array.from(expected).reduce((most, each) => Math.max(most, Math.abs(each)), 1);
  for (let at = 0; at < expected.length; at++) {
    const difference = Math.abs(actual[at]! - expected[at]!);
    if (difference <= tolerance * largest) continue;
    throw new Error(`${name}: [${at}] is ${actual[at]}, expected ${expected[at]}: off by ${difference}`);
  }
}
