import type { Workload } from "../lib/workload.ts";

export const workload: Workload = {
  name: "mnist-cnn-training-64x1x28x28",
  kind: "training",
  network: [
    ["Conv2d", 1, 32, 3, { padding: 1 }],
    ["ReLU"],
    ["MaxPool2d", 2],
    ["Conv2d", 32, 64, 3, { padding: 1 }],
    ["ReLU"],
    ["MaxPool2d", 2],
    ["Flatten"],
    ["Linear", 3136, 128],
    ["ReLU"],
    ["Linear", 128, 10],
  ],
  input: [64, 1, 28, 28],
  loss: "CrossEntropyLoss",
  peers: {
    PyTorch: { node20: 0.5, node24: 0.3 },
    "TensorFlow.js": { node20: 0.02, node24: 0.02, pictures: 4 },
    "jax-js": { node20: 0.02, node24: 0.02, pictures: 32 },
  },
};
