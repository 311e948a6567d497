import type { Workload } from "../lib/workload.ts";

export const workload: Workload = {
  name: "resnet18-training-8x3x64x64",
  kind: "training",
  network: "resnet18",
  input: [8, 3, 64, 64],
  loss: "CrossEntropyLoss",
  peers: { PyTorch: { node20: 1.3, node24: 0.8 } },
};
