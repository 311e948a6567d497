import { type SafetensorsContent, toFloat32, toInt32 } from "../../src/formats/index.ts";
import { type Tensor, tensor } from "../../src/index.ts";
import { Adam } from "../../src/optim/index.ts";
import { buildNetwork, lossOf } from "./network.ts";
import { learningRate, type Workload } from "./workload.ts";

type Network = ReturnType<typeof buildNetwork>;
type Tensors = SafetensorsContent["tensors"];

/** A workload as convsmith computes it, in Node and in a browser: through its public interface. */
export class Task {
  readonly #workload: Workload;
  readonly #network: Network;
  readonly #input: Tensor;
  readonly #target: Tensor | null;
  readonly #loss: ReturnType<typeof lossOf>;
  readonly #optimizer: Adam | null;

  constructor(workload: Workload, network: Network, input: Tensor, target: Tensor | null) {
    this.#workload = workload;
    this.#network = network;
    this.#input = input;
    this.#target = target;
    this.#loss = lossOf(workload);
    this.#optimizer = workload.kind === "training" ? new Adam(network.parameters(), { lr: learningRate }) : null;
  }

  /** One inference, or one training step up to its loss. */
  async run(): Promise<void> {
    if (this.#optimizer) await this.#train().finish();
    else await this.#network.forward(this.#input).take();
  }

  /** What is compared: the output, or the first losses and the gradients of the first step. */
  async check(steps: number): Promise<{ losses: number[]; values: Float32Array[] }> {
    if (this.#workload.kind === "forward") {
      return { losses: [], values: [(await this.#network.forward(this.#input).data()) as Float32Array] };
    }
    const losses: number[] = [];
    let values: Float32Array[] = [];
    for (let step = 0; step < steps; step++) {
      const { finish } = this.#train();
      if (step === 0) {
        const gradients = this.#network.parameters().map((parameter) => parameter.grad!.data());
        values = (await Promise.all(gradients)) as Float32Array[];
      }
      losses.push(await finish());
    }
    return { losses, values };
  }

  #train() {
    const optimizer = this.#optimizer!;
    optimizer.zeroGrad();
    const loss = this.#loss(this.#network.forward(this.#input), this.#target!);
    loss.backward();
    return {
      finish: async () => {
        await optimizer.step();
        return await loss.item();
      },
    };
  }
}

/** A workload with what all sides start from. */
export function loadTask(workload: Workload, tensors: Tensors): Task {
  const network = buildNetwork(workload);
  network.loadStateDict(new Map([...network.stateDict().keys()].map((name) => [name, parameterOf(tensors, name)])));
  const stored = tensors.get("target");
  const integer = stored?.dtype === "I32";
  const target = stored ? tensor(integer ? toInt32(stored) : toFloat32(stored), stored.shape) : null;
  return new Task(workload, network, tensor(toFloat32(tensors.get("input")!), workload.input), target);
}

function parameterOf(tensors: Tensors, name: string) {
  const stored = tensors.get(name)!;
  return { shape: stored.shape, data: toFloat32(stored) };
}
