import type { Workload } from "../lib/workload.ts";

export const workload: Workload = {
  name: "squeezenet1-1-forward-1x3x224x224",
  kind: "forward",
  network: "squeezenet1_1",
  input: [1, 3, 224, 224],
  peers: {
    "onnxruntime-web": { node20: 0.45, node24: 0.35 },
    "onnxruntime-node": { node20: null, node24: 2.5 },
  },
};
