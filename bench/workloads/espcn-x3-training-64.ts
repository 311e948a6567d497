import type { Workload } from "../lib/workload.ts";
import { espcn } from "../networks/espcn.ts";

export const workload: Workload = {
  name: "espcn-x3-training-16x1x64x64",
  kind: "training",
  network: espcn(3),
  input: [16, 1, 64, 64],
  loss: "MSELoss",
  peers: {
    PyTorch: { node20: 0.35, node24: 0.2 },
    "TensorFlow.js": { node20: 0.02, node24: 0.02, pictures: 1 },
    "jax-js": { node20: 0.02, node24: 0.02, pictures: 4 },
  },
};
