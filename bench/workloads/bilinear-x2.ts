import type { Workload } from "../lib/workload.ts";

export const workload: Workload = {
  name: "bilinear-x2-forward-1x16x256x256",
  kind: "forward",
  network: [["Upsample", { scaleFactor: 2, mode: "bilinear" }]],
  input: [1, 16, 256, 256],
  peers: { PyTorch: { node20: 0.6, node24: 0.4 } },
};
