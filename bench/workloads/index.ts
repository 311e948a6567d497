import type { Workload } from "../lib/workload.ts";
import { workload as conv5x5Training } from "./conv5x5-training.ts";
import { workload as espcnForward } from "./espcn-x3-forward.ts";
import { workload as espcnTraining17 } from "./espcn-x3-training-17.ts";
import { workload as espcnTraining64 } from "./espcn-x3-training-64.ts";
import { workload as mnistTraining } from "./mnist-cnn-training.ts";

export const workloads: readonly Workload[] = [
  espcnForward,
  espcnTraining17,
  espcnTraining64,
  mnistTraining,
  conv5x5Training,
];

/** Networks of which only the convolutions are timed: one alone, with its gradients, as kernels are usually compared by. */
export const convolutionNetworks: readonly Workload[] = [
  {
    name: "conv3x3-8x64x56x56",
    kind: "training",
    layers: [
      ["Conv2d", 64, 64, 3, { padding: 1 }],
      ["Conv2d", 64, 64, 3, { padding: 1 }],
    ],
    input: [8, 64, 56, 56],
    loss: "MSELoss",
    peers: [],
  },
];
