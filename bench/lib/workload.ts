import type { Shape } from "../../src/index.ts";

/** A layer by PyTorch's name, its positional arguments and, last, its options: ["Conv2d", 1, 64, 5, { padding: 2 }]. */
export type LayerSpec = readonly [
  layer: string,
  ...rest: readonly (number | Readonly<Record<string, number | boolean>>)[],
];

export type PeerName = "onnxruntime-web" | "onnxruntime-node" | "PyTorch";

/** Work that is timed: a network in words that every engine builds its own from, so that it is written down once. */
export interface Workload {
  readonly name: string;
  /** `forward`: one inference. `training`: forward, backward and a step of Adam with a learning rate of 1e-3. */
  readonly kind: "forward" | "training";
  readonly layers: readonly LayerSpec[];
  readonly input: Shape;
  readonly loss?: "MSELoss" | "CrossEntropyLoss";
  /** Small work can be faster on one thread: PyTorch then runs on 1 or 2, whichever is faster here. */
  readonly peerMayUseOneThread?: boolean;
  readonly peers: readonly PeerName[];
}

/** What both sides must agree on: the largest difference over the largest number, of outputs and losses, and of each gradient. */
export const tolerances = { output: 5e-5, gradient: 2e-4 } as const;
/** Losses of this many training steps are compared before anything is timed. */
export const checkedSteps = 3;
export const learningRate = 1e-3;
