import type { Workload } from "../lib/workload.ts";

export const workload: Workload = {
  name: "transposed-convolution-x2-forward-1x16x256x256",
  kind: "forward",
  network: [["ConvTranspose2d", 16, 16, 4, { stride: 2, padding: 1 }]],
  input: [1, 16, 256, 256],
  peers: { PyTorch: { node20: 0.6, node24: 0.4 } },
};
