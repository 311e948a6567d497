import type { Workload } from "../lib/workload.ts";
import { workload as inNode } from "./espcn-x3-training-64.ts";

/** Browsers can't be told to use vectors of 256 bits: Node is compared without them. */
export const workload: Workload = {
  ...inNode,
  name: `chromium-${inNode.name}`,
  own: "convsmith in Chromium",
  needsNode24: true,
  peers: { "convsmith in Node with 128-bit vectors": { node20: null, node24: 1.3 } },
};
