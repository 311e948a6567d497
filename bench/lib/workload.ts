import type { Shape } from "../../src/index.ts";

/** A layer by PyTorch's name, its positional arguments and, last, its options: ["Conv2d", 1, 64, 5, { padding: 2 }]. */
export type LayerSpec = readonly [
  layer: string,
  ...rest: readonly (number | Readonly<Record<string, number | boolean | string>>)[],
];

/** Layers in sequence, or torchvision's name of a network, which is also convsmith's. */
export type NetworkSpec = readonly LayerSpec[] | string;

export type PeerName =
  | "onnxruntime-web"
  | "onnxruntime-node"
  | "PyTorch"
  | "TensorFlow.js"
  | "jax-js"
  | "convsmith in Node with 128-bit vectors";
export type OwnName = "convsmith" | "convsmith in Chromium";

/** The time that convsmith may take, as a multiple of the peer's; null: no target on this Node. */
export interface Target {
  readonly node20: number | null;
  readonly node24: number | null;
  /** For a peer whose whole step takes too long to wait for: of the batch's pictures, it gets so many. */
  readonly pictures?: number;
}

/** Work that is timed: a network in words that every engine builds its own from, so that it is written down once. */
export interface Workload {
  readonly name: string;
  /** `forward`: one inference. `training`: forward, backward and a step of Adam with a learning rate of 1e-3. */
  readonly kind: "forward" | "training";
  readonly network: NetworkSpec;
  readonly input: Shape;
  readonly loss?: "MSELoss" | "CrossEntropyLoss";
  /** Small work can be faster on one thread: PyTorch then runs on 1 or 2, whichever is faster here. */
  readonly peerMayUseOneThread?: boolean;
  /** Which of convsmith's engines is timed: Node's where left out. */
  readonly own?: OwnName;
  /** Its figures mean something on Node 24 alone. */
  readonly needsNode24?: boolean;
  readonly peers: Readonly<Partial<Record<PeerName, Target>>>;
}

export const peersOf = ({ peers }: Workload) => Object.entries(peers) as [PeerName, Target][];

/** The same work on the first pictures of the batch. */
export const partOf = (workload: Workload, pictures: number): Workload => ({
  ...workload,
  name: `${workload.name}-part-${pictures}`,
  input: [pictures, ...workload.input.slice(1)],
});

/** V8 has the vectors of 256 bits that the targets of Node 24 count on from there on. */
export const isNode24 = (version: string): boolean => Number(version.replace(/^v/, "").split(".")[0]) >= 24;

/** What both sides must agree on: the largest difference over the largest number, of outputs and losses, and of each gradient. */
export const tolerances = { output: 5e-5, gradient: 2e-4 } as const;
/** Losses of this many training steps are compared before anything is timed. */
export const checkedSteps = 3;
export const learningRate = 1e-3;
