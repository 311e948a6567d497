import type { Workload } from "../lib/workload.ts";

/** Four 5x5 convolutions without padding: 32 → 28 → 24 → 20 → 16. PyTorch runs it near its peak. */
export const workload: Workload = {
  name: "conv5x5-training-16x1x32x32",
  kind: "training",
  network: [
    ["Conv2d", 1, 20, 5],
    ["ReLU"],
    ["Conv2d", 20, 64, 5],
    ["ReLU"],
    ["Conv2d", 64, 20, 5],
    ["ReLU"],
    ["Conv2d", 20, 3, 5],
  ],
  input: [16, 1, 32, 32],
  loss: "MSELoss",
  peers: {
    PyTorch: { node20: 2.2, node24: 1.2 },
    "TensorFlow.js": { node20: 0.02, node24: 0.02, pictures: 1 },
    "jax-js": { node20: 0.02, node24: 0.02, pictures: 8 },
  },
};
