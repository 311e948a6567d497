import type { Workload } from "../lib/workload.ts";
import { espcn } from "../networks/espcn.ts";

export const workload: Workload = {
  name: "espcn-x3-training-16x1x17x17",
  kind: "training",
  layers: espcn(3),
  input: [16, 1, 17, 17],
  loss: "MSELoss",
  peerMayUseOneThread: true,
  peers: ["PyTorch"],
};
