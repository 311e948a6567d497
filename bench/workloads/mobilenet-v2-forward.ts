import type { Workload } from "../lib/workload.ts";

export const workload: Workload = {
  name: "mobilenet-v2-forward-1x3x224x224",
  kind: "forward",
  network: "mobilenet_v2",
  input: [1, 3, 224, 224],
  peers: {
    "onnxruntime-web": { node20: 0.5, node24: 0.4 },
    "onnxruntime-node": { node20: null, node24: 3 },
  },
};
