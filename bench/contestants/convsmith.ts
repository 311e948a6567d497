// convsmith's side: forward passes and training steps through its public interface.
import { readSafetensors, type SafetensorsContent, toFloat32, toInt32 } from "../../src/formats/node.ts";
import { setDevice, type Tensor, tensor, wasmDevice } from "../../src/index.ts";
import { Adam } from "../../src/optim/index.ts";
import { answer, type Files, timeCalls, writeFloats } from "../lib/contestant.ts";
import { buildNetwork, lossOf } from "../lib/network.ts";
import { threadPeak } from "../lib/peak.ts";
import { checkedSteps, learningRate, type Workload } from "../lib/workload.ts";

const device = wasmDevice();
setDevice(device);
const measurePeak = threadPeak(device);

type Network = ReturnType<typeof buildNetwork>;
interface Task {
  readonly network: Network;
  readonly forward: () => Promise<Float32Array>;
  readonly train: () => { loss: Tensor; finish: () => Promise<number> };
}
let task: Task | null = null;

function makeTask(workload: Workload, tensors: SafetensorsContent["tensors"]): Task {
  const network = buildNetwork(workload);
  const input = tensor(toFloat32(tensors.get("input")!), workload.input);
  const stored = tensors.get("target");
  const integer = stored?.dtype === "I32";
  const target = stored ? tensor(integer ? toInt32(stored) : toFloat32(stored), stored.shape) : null;
  network.loadStateDict(new Map([...network.stateDict().keys()].map((name) => [name, parameterOf(tensors, name)])));
  const loss = lossOf(workload);
  const optimizer = workload.kind === "training" ? new Adam(network.parameters(), { lr: learningRate }) : null;
  return {
    network,
    forward: async () => (await network.forward(input).data()) as Float32Array,
    train: () => {
      optimizer!.zeroGrad();
      const value = loss(network.forward(input), target!);
      value.backward();
      return {
        loss: value,
        finish: async () => {
          await optimizer!.step();
          return await value.item();
        },
      };
    },
  };
}

function parameterOf(tensors: SafetensorsContent["tensors"], name: string) {
  const stored = tensors.get(name)!;
  return { shape: stored.shape, data: toFloat32(stored) };
}

async function checkTraining({ network, train }: Task, path: string) {
  const losses: number[] = [];
  let gradients: Float32Array[] = [];
  for (let step = 0; step < checkedSteps; step++) {
    const { finish } = train();
    if (step === 0) {
      const values = network.parameters().map((parameter) => parameter.grad!.data());
      gradients = (await Promise.all(values)) as Float32Array[];
    }
    losses.push(await finish());
  }
  writeFloats(path, gradients);
  return { losses, sizes: gradients.map((each) => each.length) };
}

let training = false;
answer({
  async load({ workload, files }: { workload: Workload; files: Files }) {
    task = makeTask(workload, (await readSafetensors(files.start)).tensors);
    training = workload.kind === "training";
    return { version: process.version, threads: device.pool.threads };
  },
  async check({ path }: { path: string }) {
    if (training) return await checkTraining(task!, path);
    const output = await task!.forward();
    writeFloats(path, [output]);
    return { losses: [], sizes: [output.length] };
  },
  async run({ count }: { count: number }) {
    return await timeCalls(count, training ? () => task!.train().finish() : task!.forward);
  },
  peak: () => ({ gflops: measurePeak() }),
});
