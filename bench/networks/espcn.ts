import type { LayerSpec } from "../lib/workload.ts";

/** The layers of ESPCN (Shi et al., 2016) as the literature's code has them: tanh between, sigmoid at the end. */
export function espcn(scale: number): readonly LayerSpec[] {
  return [
    ["Conv2d", 1, 64, 5, { padding: 2 }],
    ["Tanh"],
    ["Conv2d", 64, 32, 3, { padding: 1 }],
    ["Tanh"],
    ["Conv2d", 32, scale ** 2, 3, { padding: 1 }],
    ["PixelShuffle", scale],
    ["Sigmoid"],
  ];
}
