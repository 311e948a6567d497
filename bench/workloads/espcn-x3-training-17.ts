import type { Workload } from "../lib/workload.ts";
import { espcn } from "../networks/espcn.ts";

export const workload: Workload = {
  name: "espcn-x3-training-16x1x17x17",
  kind: "training",
  network: espcn(3),
  input: [16, 1, 17, 17],
  loss: "MSELoss",
  peerMayUseOneThread: true,
  peers: {
    PyTorch: { node20: 1.2, node24: 0.8 },
    "TensorFlow.js": { node20: 0.02, node24: 0.02, pictures: 2 },
    "jax-js": { node20: 0.02, node24: 0.02 },
  },
};
