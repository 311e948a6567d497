import type { Workload } from "../lib/workload.ts";
import { espcn } from "../networks/espcn.ts";

export const workload: Workload = {
  name: "espcn-x3-forward-1x1x360x640",
  kind: "forward",
  network: espcn(3),
  input: [1, 1, 360, 640],
  peers: {
    "onnxruntime-web": { node20: 0.25, node24: 0.15 },
    "onnxruntime-node": { node20: 1.4, node24: 0.8 },
  },
};
