// TensorFlow.js: its WASM backend where that has every kernel of a training step, its plain CPU backend elsewhere.
import { readSafetensors, toFloat32, toInt32 } from "../../src/formats/node.ts";
import { answer, type Files, timeCalls, writeFloats } from "../lib/contestant.ts";
import { optionsOf, parametersOf } from "../lib/layers.ts";
import type { TensorFlow, TensorFlowWasm, TfOptimizer, TfTensor } from "../lib/tensorflow-types.ts";
import { type LayerSpec, learningRate, type Workload } from "../lib/workload.ts";

// Stdout is for answers alone, and the package greets there.
console.log = console.error;
const names = ["@tensorflow/tfjs", "@tensorflow/tfjs-backend-wasm"] as const;
const tf = (await import(names[0])) as TensorFlow;
const wasm = (await import(names[1])) as TensorFlowWasm;

interface Task {
  readonly parameters: readonly TfTensor[];
  readonly loss: () => TfTensor;
}
let task: Task | null = null;
let optimizer: TfOptimizer | null = null;

// Pictures are N, H, W, C here, and kernels H, W, in, out.
const toNhwc = (x: TfTensor) => (x.rank === 4 ? tf.transpose(x, [0, 2, 3, 1]) : x);
const toNchw = (x: TfTensor) => (x.rank === 4 ? tf.transpose(x, [0, 3, 1, 2]) : x);
const toKernel = (x: TfTensor) => (x.rank === 4 ? tf.transpose(x, [2, 3, 1, 0]) : x);
const fromKernel = (x: TfTensor) => (x.rank === 4 ? tf.transpose(x, [3, 2, 0, 1]) : x);

async function makeTask(workload: Workload, path: string): Promise<Task> {
  const layers = workload.network as readonly LayerSpec[];
  const { tensors } = await readSafetensors(path);
  const read = (name: string) => {
    const { shape } = tensors.get(name)!;
    return tf.tensor(toFloat32(tensors.get(name)!), shape);
  };
  const owners = parametersOf(layers);
  const variables = owners.map((names) => names.map((name) => tf.variable(toKernel(read(name)))));
  const input = toNhwc(read("input"));
  const forward = () => layers.reduce((x, layer, at) => apply(layer, x, variables[at]!), input);
  const stored = tensors.get("target")!;
  if (workload.loss === "MSELoss") {
    const target = toNhwc(read("target"));
    return { parameters: variables.flat(), loss: () => tf.mean(tf.square(tf.sub(forward(), target))) };
  }
  const classes = layers.at(-1)![2] as number;
  const target = tf.oneHot(tf.tensor1d(toInt32(stored), "int32"), classes);
  return { parameters: variables.flat(), loss: () => tf.losses.softmaxCrossEntropy(target, forward()) };
}

function apply(layer: LayerSpec, x: TfTensor, [weight, bias]: readonly TfTensor[]): TfTensor {
  const [name, first, second, third] = layer;
  switch (name) {
    case "Conv2d": {
      const { padding = 0, stride = 1 } = optionsOf(layer);
      return tf.add(tf.conv2d(x, weight!, stride as number, padding as number), bias!);
    }
    case "Linear":
      return tf.add(tf.matMul(x, weight!, false, true), bias!);
    case "ReLU":
      return tf.relu(x);
    case "Tanh":
      return tf.tanh(x);
    case "Sigmoid":
      return tf.sigmoid(x);
    case "MaxPool2d":
      return tf.maxPool(x, first as number, first as number, "valid");
    case "Flatten":
      return tf.reshape(toNchw(x), [x.shape[0]!, -1]);
    case "PixelShuffle": {
      // depthToSpace would be one call, but has no gradient.
      const [batch, height, width, channels] = x.shape as readonly [number, number, number, number];
      const scale = first as number;
      const split = tf.reshape(x, [batch, height, width, channels / scale ** 2, scale, scale]);
      const moved = tf.transpose(split, [0, 1, 4, 2, 5, 3]);
      return tf.reshape(moved, [batch, height * scale, width * scale, channels / scale ** 2]);
    }
    default:
      throw new Error(`TensorFlow.js: no layer ${[name, second, third].join(" ")} here`);
  }
}

const step = () => optimizer!.minimize(() => task!.loss(), true, task!.parameters);

async function runStep(): Promise<void> {
  const loss = step();
  await loss.data();
  loss.dispose();
}

/** The WASM backend's own word on why it can't, where it can't. */
async function tryWasm(workload: Workload, path: string, threads: number): Promise<string | null> {
  try {
    wasm.setThreadsCount(threads);
    if (!(await tf.setBackend("wasm"))) return "does not start";
    task = await makeTask(workload, path);
    tf.tidy(() => void tf.variableGrads(() => task!.loss()));
    return null;
  } catch (error) {
    return (error as Error).message.split("\n")[0]!;
  }
}

answer({
  async load({ workload, threads, files }: { workload: Workload; threads: number; files: Files }) {
    const problem = await tryWasm(workload, files.start, threads);
    const version = tf.version.tfjs;
    if (problem !== null) {
      await tf.setBackend("cpu");
      task = await makeTask(workload, files.start);
    }
    optimizer = tf.train.adam(learningRate, 0.9, 0.999, 1e-8);
    if (problem === null) return { version: `${version} WASM`, threads: wasm.getThreadsCount() };
    return { version: `${version} CPU`, threads: 1, note: `its WASM: ${problem}` };
  },
  async check({ path }: { path: string }) {
    const { value, grads } = tf.variableGrads(() => task!.loss(), task!.parameters);
    const gradients = task!.parameters.map(({ name }) => fromKernel(grads[name]!).dataSync());
    writeFloats(path, gradients);
    return { losses: [...value.dataSync()], sizes: gradients.map((each) => each.length) };
  },
  async run({ count }: { count: number }) {
    return await timeCalls(count, runStep);
  },
});
