// jax-js: its WASM backend, a whole training step compiled by jit.
import { readFileSync } from "node:fs";
import { readSafetensors, toFloat32, toInt32 } from "../../src/formats/node.ts";
import { answer, type Files, timeCalls, writeFloats } from "../lib/contestant.ts";
import type { Jax, JaxArray } from "../lib/jax-types.ts";
import { optionsOf, parametersOf } from "../lib/layers.ts";
import { type LayerSpec, learningRate, type Workload } from "../lib/workload.ts";

const packageName = "@jax-js/jax";
const { defaultDevice, init, jit, lax, nn, numpy: np, valueAndGrad } = (await import(packageName)) as Jax;
const manifest = new URL("../node_modules/@jax-js/jax/package.json", import.meta.url);
const { version: packageVersion } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };

// An operation takes its operands; what is used again is referred to by .ref.
type Arrays = JaxArray[];
type Moments = { readonly first: Arrays; readonly second: Arrays };
let parameters: Arrays = [];
let moments: Moments = { first: [], second: [] };
let steps = 0;
let gradientsOf: (values: Arrays) => [JaxArray, Arrays];
let step: (values: Arrays, first: Arrays, second: Arrays, corrections: JaxArray) => [JaxArray, Arrays, Arrays, Arrays];

function apply(layer: LayerSpec, x: JaxArray, [weight, bias]: Arrays): JaxArray {
  const [name, first] = layer;
  switch (name) {
    case "Conv2d": {
      const { padding = 0, stride = 1 } = optionsOf(layer) as Record<string, number>;
      const border: [number, number] = [padding, padding];
      return lax.conv(x, weight!, [stride, stride], [border, border]).add(bias!.reshape([1, -1, 1, 1]));
    }
    case "Linear":
      return np.dot(x, weight!.transpose()).add(bias!);
    case "ReLU":
      return nn.relu(x);
    case "Tanh":
      return np.tanh(x);
    case "Sigmoid":
      return nn.sigmoid(x);
    case "MaxPool2d":
      return lax.reduceWindow(x, np.max, [first as number, first as number], [first as number, first as number]);
    case "Flatten":
      return x.reshape([x.shape[0]!, -1]);
    case "PixelShuffle": {
      const [batch, channels, height, width] = x.shape as [number, number, number, number];
      const scale = first as number;
      const split = x.reshape([batch, channels / scale ** 2, scale, scale, height, width]);
      const moved = split.transpose([0, 1, 4, 2, 5, 3]);
      return moved.reshape([batch, channels / scale ** 2, height * scale, width * scale]);
    }
    default:
      throw new Error(`jax-js: no layer ${name} here`);
  }
}

function lossFunction(workload: Workload, input: JaxArray, target: JaxArray): (values: Arrays) => JaxArray {
  const layers = workload.network as readonly LayerSpec[];
  const owners = parametersOf(layers);
  const firsts = owners.map((_, at) => owners.slice(0, at).flat().length);
  return (values) => {
    const own = (at: number) => values.slice(firsts[at], firsts[at]! + owners[at]!.length);
    const output = layers.reduce((x, layer, at) => apply(layer, x, own(at)), input.ref);
    if (workload.loss === "MSELoss") return np.mean(np.square(output.sub(target.ref)));
    const count = input.shape[0]!;
    return np.sum(nn.logSoftmax(output).mul(target.ref)).mul(-1 / count);
  };
}

/** PyTorch's Adam; `corrections` are the two bias corrections, which change from step to step. */
function adam(loss: (values: Arrays) => JaxArray) {
  return (values: Arrays, first: Arrays, second: Arrays, corrections: JaxArray) => {
    const [value, gradients] = valueAndGrad(loss)(values.map((each) => each.ref));
    const [mean, variance] = np.split(corrections, 2);
    const newFirst = first.map((each, at) => each.mul(0.9).add(gradients[at]!.ref.mul(0.1)));
    const newSecond = second.map((each, at) => each.mul(0.999).add(np.square(gradients[at]!).mul(0.001)));
    const newValues = values.map((each, at) => {
      const scaled = np.sqrt(newSecond[at]!.ref.div(variance!.ref)).add(1e-8);
      return each.sub(newFirst[at]!.ref.div(mean!.ref).mul(learningRate).div(scaled));
    });
    mean!.dispose();
    variance!.dispose();
    return [value, newValues, newFirst, newSecond] as [JaxArray, Arrays, Arrays, Arrays];
  };
}

async function runStep(): Promise<void> {
  steps++;
  const corrections = np.array([1 - 0.9 ** steps, 1 - 0.999 ** steps]);
  const [loss, values, first, second] = step(parameters, moments.first, moments.second, corrections);
  parameters = values;
  moments = { first, second };
  await loss.data();
}

answer({
  async load({ workload, files }: { workload: Workload; files: Files }) {
    await init("wasm");
    defaultDevice("wasm");
    const { tensors } = await readSafetensors(files.start);
    const read = (name: string) => {
      const { shape } = tensors.get(name)!;
      return np.array(toFloat32(tensors.get(name)!), { shape: [...shape] });
    };
    const layers = workload.network as readonly LayerSpec[];
    parameters = parametersOf(layers).flat().map(read);
    const zeros = () => parameters.map(({ shape }) => np.zeros(shape));
    moments = { first: zeros(), second: zeros() };
    const classes = layers.at(-1)![2] as number;
    const target =
      workload.loss === "MSELoss"
        ? read("target")
        : nn.oneHot(np.array(toInt32(tensors.get("target")!), { dtype: np.int32 }), classes);
    const loss = lossFunction(workload, read("input"), target);
    gradientsOf = jit(valueAndGrad(loss));
    step = jit(adam(loss));
    return { version: `${packageVersion} WASM`, threads: 1 };
  },
  async check({ path }: { path: string }) {
    const [loss, gradients] = gradientsOf(parameters.map((each) => each.ref));
    const values: Float32Array[] = [];
    for (const each of gradients) values.push(await each.data());
    writeFloats(path, values);
    return { losses: [...(await loss.data())], sizes: values.map((each) => each.length) };
  },
  async run({ count }: { count: number }) {
    return await timeCalls(count, runStep);
  },
});
