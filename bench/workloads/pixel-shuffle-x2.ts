import type { Workload } from "../lib/workload.ts";

export const workload: Workload = {
  name: "pixel-shuffle-x2-forward-1x16x256x256",
  kind: "forward",
  network: [["PixelShuffle", 2]],
  input: [1, 16, 256, 256],
  peers: { PyTorch: { node20: 0.6, node24: 0.4 } },
};
