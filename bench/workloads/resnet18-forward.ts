import type { Workload } from "../lib/workload.ts";

export const workload: Workload = {
  name: "resnet18-forward-1x3x224x224",
  kind: "forward",
  network: "resnet18",
  input: [1, 3, 224, 224],
  peers: {
    "onnxruntime-web": { node20: 0.35, node24: 0.25 },
    "onnxruntime-node": { node20: null, node24: 1.5 },
  },
};
